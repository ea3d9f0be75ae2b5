import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
import Trust

/// Why a line of the log is not what it must be.
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

/// One line of the log: that a release was accepted.
struct LogLine: Hashable, Sendable {
    /// What the first line gives as `previous`.
    static let origin = Digest(sha256: [UInt8](repeating: 0, count: 32))
    private static let event = "accepted"

    let product: FileName
    let channel: FileName
    let release: AcceptedRelease
    let overrides: [RecordContents.Override]

    init(product: FileName, channel: FileName, release: AcceptedRelease, overrides: [RecordContents.Override])
    {
        self.product = product
        self.channel = channel
        self.release = release
        self.overrides = overrides
    }

    /// The bytes of the line without its end, canonical JSON.
    func json(after previous: Digest) throws(JSONError) -> [UInt8] {
        let value: JSONValue = [
            "channel": .string(channel.text),
            "event": .string(Self.event),
            "index": .string(release.indexDigest.description),
            "overrides": .array(overrides.map(\.json)),
            "previous": .string(previous.description),
            "product": .string(product.text),
            "revision": .integer(release.revision),
            "signers": .array(release.signers.map { .string($0.description) }),
            "statement": .string(release.statementDigest.description),
            "target": .string(release.target),
            "time": .string(release.time.description),
            "version": .string(release.version.text),
        ]
        return try value.canonical()
    }

    init(_ bytes: [UInt8], after previous: Digest) throws(LogLineError) {
        let reader: LineReader
        do {
            reader = LineReader(
                root: try StrictJSON.parseObject(
                    bytes, name: "entry", limits: JSONLimits(bytes: RecordLog.maximumLineSize)))
        } catch {
            throw .json(error)
        }
        // First, because an edited line is best told by what the next one says of it.
        let link = try reader.text("previous")
        guard link == previous.description else { throw .chain(expected: previous, found: link) }
        let event = try reader.text("event")
        guard event == Self.event else { throw .member("event", found: event) }
        product = try reader.value("product") { try? FileName($0) }
        channel = try reader.value("channel") { try? FileName($0) }
        release = AcceptedRelease(
            version: try reader.value("version") { try? ReleaseVersion($0) },
            revision: try reader.revision(),
            statementDigest: try reader.value("statement") { try? Digest($0) },
            indexDigest: try reader.value("index") { try? Digest($0) },
            signers: try reader.signers(),
            time: try reader.value("time") { Timestamp($0) },
            target: try reader.text("target"))
        overrides = try reader.overrides()
        guard let written = try? json(after: previous), written == bytes else { throw .canonical }
    }
}

private struct LineReader {
    let root: JSONNode

    private func shaped<T>(_ body: () throws(JSONError) -> T) throws(LogLineError) -> T {
        do {
            return try body()
        } catch {
            throw .json(error)
        }
    }

    func text(_ name: String) throws(LogLineError) -> String {
        try shaped { () throws(JSONError) in try root.member(name).string() }
    }

    func value<T>(_ name: String, _ read: (String) -> T?) throws(LogLineError) -> T {
        let text = try text(name)
        guard let value = read(text) else { throw .member(name, found: text) }
        return value
    }

    func revision() throws(LogLineError) -> Int64 {
        let found = try shaped { () throws(JSONError) in try root.member("revision").integer() }
        guard found >= 1 else { throw .member("revision", found: "\(found)") }
        return found
    }

    func signers() throws(LogLineError) -> [BundleSigner] {
        let texts = try shaped { () throws(JSONError) in
            try root.member("signers").array().map { node throws(JSONError) in try node.string() }
        }
        guard !texts.isEmpty else { throw .member("signers", found: "") }
        return try texts.map { text throws(LogLineError) in
            guard let signer = BundleSigner(text) else { throw .member("signers", found: text) }
            return signer
        }
    }

    func overrides() throws(LogLineError) -> [RecordContents.Override] {
        try shaped { () throws(JSONError) in
            try root.member("overrides").array().map { node throws(JSONError) in
                RecordContents.Override(
                    option: try node.member("option").string(), reason: try node.optional("reason")?.string())
            }
        }
    }
}
