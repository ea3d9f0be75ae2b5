import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
import Trust

/// What a statement says, for somebody who is to sign it and has nothing else of the bundle.
struct StatementSummary {
    private let statement: Statement
    private let digest: Digest
    /// The images of the release, where its manifest is at hand: a statement names them by digests alone.
    private let images: [ReleaseImage]

    init(_ bytes: [UInt8], name: String) throws(Finding) {
        statement = try ClaimedStatement(bytes, name: name).statement
        digest = Digest(of: bytes)
        images = []
    }

    private init(_ summary: StatementSummary, images: [ReleaseImage]) {
        statement = summary.statement
        digest = summary.digest
        self.images = images
    }

    /// The same with the images of the vendor's list, which must be the one that the statement is of.
    func showing(manifest bytes: [UInt8], name: String) throws -> StatementSummary {
        let found = Statement.Content(of: bytes)
        guard found == statement.release else {
            throw Finding(
                .policy, "set.digest", at: .releaseSet,
                "\(name): is not the \(ReleaseManifest.name) that the statement is of: expected "
                    + "\(statement.release.digest), found \(found.digest)")
        }
        return StatementSummary(self, images: try ReleaseManifest(json: bytes).images)
    }

    /// The images of the vendor's list that this bundle does not carry.
    var missing: [ReleaseImage] {
        let carried = Set(statement.entries.map(\.digest))
        return images.filter { !carried.contains($0.digest) }
    }

    var lines: [String] {
        let (release, rest) = (statement.release, statement.restSize)
        var lines = [
            "\(statement.product) \(statement.version), revision \(statement.revision), channel \(statement.channel)",
            "  made       \(statement.createdAt) by \(statement.tool.name) \(statement.tool.version)",
            "  expires    \(statement.expires?.description ?? "never")",
            "  holds      \(statement.entries.count) entries, \(bytesForPeople(rest)) (\(rest) bytes)",
            "  release    \(release.digest), \(ReleaseManifest.name), \(bytesForPeople(release.size))",
            "  index      \(statement.index.digest), index.json",
            "  statement  \(digest)",
        ]
        lines += images.map { "  image      \($0.name)@\($0.digest)" }
        return lines
    }

    var json: JSONObject {
        var object: JSONObject = [
            "ok": true,
            "product": .string(statement.product.text),
            "channel": .string(statement.channel.text),
            "version": .string(statement.version.text),
            "revision": .integer(statement.revision),
            "createdAt": .string(statement.createdAt.description),
            "entries": .integer(Int64(statement.entries.count)),
            "restSize": .integer(statement.restSize),
            "release": .string(statement.release.digest.description),
            "index": .string(statement.index.digest.description),
            "statement": .string(digest.description),
        ]
        if let expires = statement.expires { object["expires"] = .string(expires.description) }
        if !images.isEmpty {
            object["images"] = .array(images.map { .string("\($0.name)@\($0.digest)") })
        }
        return object
    }
}
