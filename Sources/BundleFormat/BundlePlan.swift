import Archive
import OCI
import StrictJSON
import Trust

/// A bundle before its first byte is written: everything named, counted, placed and signed.
package struct BundlePlan: Sendable {
    package let statement: Statement
    /// The bytes that are signed.
    package let statementBytes: [UInt8]
    /// One Sigstore bundle per signer.
    package let signatures: [[UInt8]]
    package let layout: BundleLayout
    package let indexBytes: [UInt8]

    /// Signs `statement` with every key in turn.
    package init(
        statement: Statement, index: BundleIndex, signedBy sign: ([UInt8]) throws -> [[UInt8]],
    ) throws {
        let bytes = try statement.json
        try self.init(statement: statement, bytes: bytes, index: index, signatures: try sign(bytes))
    }

    private init(statement: Statement, bytes: [UInt8], index: BundleIndex, signatures: [[UInt8]]) throws {
        precondition((1...BundleLayout.maximumSignatures).contains(signatures.count), "1 to 16 signers")
        self.statement = statement
        statementBytes = bytes
        self.signatures = signatures
        indexBytes = try index.json
        layout = BundleLayout(
            statementSize: bytes.count, signatureSizes: signatures.map(\.count), entries: statement.entries)
    }

    /// The same bundle as another run named and signed it; nothing if that was another bundle.
    ///
    /// An interrupted export goes on under its own statement: only `createdAt` may differ, and it was signed then.
    package func resuming(statement bytes: [UInt8], signatures: [[UInt8]]) throws -> BundlePlan? {
        guard
            let root = try? StrictJSON.parseObject(
                bytes, name: BundleLayout.statementPath,
                limits: JSONLimits(bytes: Statement.maximumSize, values: 2_000_000)),
            let text = try? root.member("createdAt").string(), let createdAt = Timestamp(text)
        else { return nil }
        var earlier = statement
        earlier.createdAt = createdAt
        guard try earlier.json == bytes, let index = try? BundleIndex.read(indexBytes) else { return nil }
        return try BundlePlan(statement: earlier, bytes: bytes, index: index, signatures: signatures)
    }

    /// What stands before `index.json`, headers and padding included.
    package var front: [UInt8] {
        get throws(ArchiveError) {
            var bytes: [UInt8] = []
            var files = [
                (BundleLayout.layoutMarkerPath, BundleLayout.layoutMarker),
                (BundleLayout.statementPath, statementBytes),
            ]
            files += signatures.enumerated().map { (BundleLayout.signaturePath($0.offset), $0.element) }
            for (path, content) in files {
                bytes += try TarHeader.bytes(path: try EntryPath(path), size: Int64(content.count))
                bytes += content
                let padding = Int(TarHeader.paddedSize(Int64(content.count))) - content.count
                bytes += [UInt8](repeating: 0, count: padding)
            }
            return bytes
        }
    }

    /// The blobs to be filled in, the largest first, so that the last one to finish is small.
    package var blobsBySize: [BundleLayout.Placed] {
        layout.placed.dropFirst().sorted {
            ($1.entry.size, $0.entry.digest) < ($0.entry.size, $1.entry.digest)
        }
    }
}
