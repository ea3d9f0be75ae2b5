import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
import Trust

/// Reason for which a line of the log is invalid.
enum LogLineError: Error, CustomStringConvertible {
    case json(JSONError)
    case member(String, found: String)
    case chain(expected: Digest, found: String)
    case canonical

    var description: String {
        switch self {
        case .json(let error): "\(error)"
        case .member(let name, let found): "\(name): is \"\(found)\""
        case .chain(let expected, let found):
            "the chain is broken: previous is \(found), the line before is \(expected)"
        case .canonical: "is not canonical JSON of the known members"
        }
    }
}

/// One line of the log.
struct LogLine: Hashable, Sendable {
    enum Entry: Hashable, Sendable {
        case accepted(AcceptedEntry)
        case attached(AttachedEntry)
        /// A kind of a later version: part of the chain, without meaning here.
        case unknown(event: String)
    }

    /// The `previous` of the first line.
    static let origin = Digest(sha256: [UInt8](repeating: 0, count: 32))

    let entry: Entry

    init(_ entry: Entry) {
        self.entry = entry
    }

    init(product: FileName, channel: FileName, release: AcceptedRelease, overrides: [RecordContents.Override])
    {
        let accepted = AcceptedEntry(
            product: product, channel: channel, release: release, overrides: overrides)
        self.init(.accepted(accepted))
    }

    /// `nil` for other kinds of lines.
    var accepted: AcceptedEntry? {
        if case .accepted(let entry) = entry { entry } else { nil }
    }

    /// `nil` for other kinds of lines.
    var attached: AttachedEntry? {
        if case .attached(let entry) = entry { entry } else { nil }
    }

    var time: Timestamp? { accepted?.release.time ?? attached?.time }

    /// The bytes of the line without its line break, canonical JSON; `nil` for a line of an unknown kind.
    func json(after previous: Digest) throws(JSONError) -> [UInt8]? {
        let members: JSONObject
        switch entry {
        case .accepted(let entry): members = entry.members
        case .attached(let entry): members = entry.members
        case .unknown: return nil
        }
        var object = members
        object["previous"] = .string(previous.description)
        return try JSONValue.object(object).canonical()
    }

    init(_ bytes: [UInt8], after previous: Digest) throws(LogLineError) {
        let reader = try LogLineReader(bytes)
        // First: the line after an edited one is the better witness of the edit.
        let link = try reader.text("previous")
        guard link == previous.description else { throw .chain(expected: previous, found: link) }
        let event = try reader.text("event")
        switch event {
        case AcceptedEntry.event: entry = .accepted(try AcceptedEntry(reader))
        case AttachedEntry.event: entry = .attached(try AttachedEntry(reader))
        case "": throw .member("event", found: event)
        default: entry = .unknown(event: event)
        }
        let written = try? json(after: previous) ?? reader.canonical()
        guard written == bytes else { throw .canonical }
    }
}
