package import OCI
package import ReleaseSet
import StrictJSON
package import Trust

/// A bundle of which every byte has been checked against a statement that the pinned keys signed.
///
/// There is no other way to own one. The importer takes nothing weaker.
package struct VerifiedBundle: Sendable {
    package let listed: VerifiedStatement
    package let graph: BundleGraph
    package let manifest: ReleaseManifest
    package let artifact: ReleaseArtifact
    private let source: EntrySource

    package var statement: Statement { listed.statement }
    package var signers: [KeyID] { listed.signers }
    package var index: BundleIndex { graph.index }

    /// Reads the whole bundle: every byte, the graph, and last the release set.
    init(reading listed: VerifiedStatement, width: Int, events: TransferEvents) async throws {
        self.listed = listed
        graph = try await listed.firstReading(width: width, events: events)
        let source = EntrySource(
            file: listed.reader.file,
            places: Dictionary(
                listed.layout.placed.dropFirst().map { ($0.entry.digest, $0) },
                uniquingKeysWith: { first, _ in first }))
        self.source = source
        guard let release = graph.index.entries.first(where: { $0.kind == .release }),
            let document = graph.documents[release.digest]
        else {
            throw Refusal(
                Finding(.policy, "set.missing", at: .releaseSet, "release: no release artifact in the bundle")
            )
        }
        artifact = try ReleaseArtifact(
            document, bytes: try source.bytes(of: release.digest, limit: ManifestDocument.maximumSize))
        guard let file = artifact.file(named: ReleaseManifest.name),
            listed.statement.release == Statement.Content(digest: file.digest, size: file.size)
        else {
            throw Finding.release(
                "release.manifest", "has not the \(ReleaseManifest.name) that the statement names")
        }
        do {
            manifest = try ReleaseManifest(
                json: try source.bytes(of: file.digest, limit: ReleaseManifest.sizeLimit))
        } catch let error as ReleaseSetError {
            throw Finding(error)
        }
        var chart: (ChartDocument, config: [UInt8])?
        if let root = graph.index.entries.first(where: { $0.kind == .chart }),
            let document = graph.documents[root.digest]
        {
            let parts = try ChartDocument(document)
            chart = (parts, try source.bytes(of: parts.config.digest, limit: ChartDocument.maximumConfigSize))
        }
        let check = ReleaseSetCheck(
            manifest: manifest, version: listed.statement.version, index: graph.index, artifact: artifact,
            chart: chart)
        if let refusal = Refusal(check.findings) { throw refusal }
    }

    /// The bytes of a document or a release file, read and hashed again; `limit` bytes at most.
    package func bytes(of digest: Digest, limit: Int = 256 << 20) throws(Finding) -> [UInt8] {
        do {
            return try source.bytes(of: digest, limit: limit)
        } catch  where error.reason == "blob.digest" {
            throw Finding(
                .content, "changed", at: .target, "\(digest): changed since it was verified", about: digest)
        }
    }

    /// A blob, to be read and hashed again while it is sent.
    package func body(of digest: Digest) throws(Finding) -> any BlobBody {
        let place = try source.place(of: digest)
        return EntryBody(file: listed.reader.file, offset: place.contentOffset, size: place.entry.size)
    }

    /// Whether the file is still the one that was opened, as far as its times and size tell.
    package func checkUnchanged() throws(Finding) {
        guard try FileIdentity(of: listed.reader.file) == listed.reader.opened else {
            throw Finding(
                .content, "changed", at: .target, "\(listed.reader.file.path): changed since it was verified")
        }
    }
}

/// The content of one entry of the open file.
private struct EntryBody: BlobBody {
    let file: PositionedFile
    let offset: Int64
    let size: Int64

    func read(at position: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let wanted = Int(min(Int64(buffer.count), size - position))
        let count = try file.read(
            at: offset + position, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]))
        guard count == wanted else {
            throw Finding(
                .local, "read.short", at: .file,
                "\(file.path): ends at byte \(offset + position + Int64(count))")
        }
        return count
    }
}
