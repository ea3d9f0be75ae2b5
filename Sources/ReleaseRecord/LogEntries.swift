import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
import Trust

/// Line of the log: a release was accepted.
struct AcceptedEntry: Hashable, Sendable {
    static let event = "accepted"

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

    init(_ reader: LogLineReader) throws(LogLineError) {
        product = try reader.value("product") { try? FileName($0) }
        channel = try reader.value("channel") { try? FileName($0) }
        release = AcceptedRelease(
            version: try reader.value("version") { try? ReleaseVersion($0) },
            revision: try reader.number("revision", atLeast: 1),
            statementDigest: try reader.value("statement") { try? Digest($0) },
            indexDigest: try reader.value("index") { try? Digest($0) },
            signers: try reader.signers(),
            time: try reader.value("time") { Timestamp($0) },
            target: try reader.text("target"),
            recordDigest: try reader.optional("record") { try? Digest($0) })
        overrides = try reader.overrides()
    }

    var id: ReleaseID {
        ReleaseID(product: product, channel: channel, version: release.version, revision: release.revision)
    }

    var members: JSONObject {
        var members: JSONObject = [
            "channel": .string(channel.text),
            "event": .string(Self.event),
            "index": .string(release.indexDigest.description),
            "overrides": .array(overrides.map(\.json)),
            "product": .string(product.text),
            "revision": .integer(release.revision),
            "signers": .array(release.signers.map { .string($0.description) }),
            "statement": .string(release.statementDigest.description),
            "target": .string(release.target),
            "time": .string(release.time.description),
            "version": .string(release.version.text),
        ]
        if let digest = release.recordDigest { members["record"] = .string(digest.description) }
        return members
    }
}

/// Line of the log: the operator attached a file to a release.
struct AttachedEntry: Hashable, Sendable {
    static let event = "attached"

    let id: ReleaseID
    let name: FileName
    let digest: Digest
    /// Bytes.
    let size: Int64
    let time: Timestamp

    init(id: ReleaseID, name: FileName, digest: Digest, size: Int64, time: Timestamp) {
        self.id = id
        self.name = name
        self.digest = digest
        self.size = size
        self.time = time
    }

    init(_ reader: LogLineReader) throws(LogLineError) {
        id = ReleaseID(
            product: try reader.value("product") { try? FileName($0) },
            channel: try reader.value("channel") { try? FileName($0) },
            version: try reader.value("version") { try? ReleaseVersion($0) },
            revision: try reader.number("revision", atLeast: 1))
        name = try reader.value("name") { try? FileName($0) }
        digest = try reader.value("digest") { try? Digest($0) }
        size = try reader.number("size", atLeast: 0)
        time = try reader.value("time") { Timestamp($0) }
    }

    var members: JSONObject {
        [
            "channel": .string(id.channel.text),
            "digest": .string(digest.description),
            "event": .string(Self.event),
            "name": .string(name.text),
            "product": .string(id.product.text),
            "revision": .integer(id.revision),
            "size": .integer(size),
            "time": .string(time.description),
            "version": .string(id.version.text),
        ]
    }
}
