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
    private let places: [Digest: BundleLayout.Placed]

    package var statement: Statement { listed.statement }
    package var signers: [KeyID] { listed.signers }
    package var index: BundleIndex { graph.index }

    /// Checks the release set, the last thing there is to check.
    init(listed: VerifiedStatement, graph: BundleGraph) throws {
        self.listed = listed
        self.graph = graph
        places = Dictionary(
            listed.layout.placed.dropFirst().map { ($0.entry.digest, $0) }, uniquingKeysWith: { first, _ in first })
        let reader = BlobReader(file: listed.reader.file, places: places)
        guard let release = graph.index.entries.first(where: { $0.kind == .release }),
            let document = graph.documents[release.digest]
        else {
            throw Refusal(
                Finding(.policy, "set.missing", at: .releaseSet, "release: no release artifact in the bundle"))
        }
        artifact = try ReleaseArtifact(document, bytes: try reader.bytes(of: release.digest))
        guard let file = artifact.file(named: ReleaseManifest.name),
            listed.statement.release == Statement.Content(digest: file.digest, size: file.size)
        else {
            throw Finding.release("release.manifest", "has not the \(ReleaseManifest.name) that the statement names")
        }
        guard file.size <= Int64(ReleaseManifest.sizeLimit) else {
            throw Finding.release("json.size", "\(ReleaseManifest.name) is beyond \(ReleaseManifest.sizeLimit) bytes")
        }
        do {
            manifest = try ReleaseManifest(json: try reader.bytes(of: file.digest))
        } catch let error as ReleaseSetError {
            throw Finding(error)
        }
        let chart = graph.index.entries.first { $0.kind == .chart }
        let config = try chart.flatMap { graph.documents[$0.digest]?.config }
            .map { try reader.bytes(of: $0.digest, limit: 8 << 20) }
        let check = ReleaseSetCheck(
            manifest: manifest, version: listed.statement.version, index: graph.index, artifact: artifact,
            chartConfig: config)
        if let refusal = Refusal(check.findings) { throw refusal }
    }

    /// The bytes of a document or a release file, read and hashed again.
    package func bytes(of digest: Digest, limit: Int64 = 256 << 20) throws -> [UInt8] {
        try BlobReader(file: listed.reader.file, places: places).bytes(of: digest, limit: limit)
    }

    /// A blob, to be read and hashed again while it is sent.
    package func body(of digest: Digest) throws(Finding) -> any BlobBody {
        guard let place = places[digest] else {
            throw Finding(.internal, "internal", at: .graph, "\(digest): is not in the bundle")
        }
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

private struct BlobReader {
    let file: PositionedFile
    let places: [Digest: BundleLayout.Placed]

    func bytes(of digest: Digest, limit: Int64 = 256 << 20) throws -> [UInt8] {
        guard let place = places[digest] else {
            throw Finding(.internal, "internal", at: .graph, "\(digest): is not in the bundle")
        }
        guard place.entry.size <= limit else {
            throw Finding(.format, "json.size", at: .releaseSet, "\(digest): is beyond \(limit) bytes")
        }
        let bytes = try file.bytes(at: place.contentOffset, count: Int(place.entry.size))
        guard Digest(of: bytes) == digest else {
            throw Finding(
                .content, "changed", at: .target, "\(place.entry.path): changed since it was verified", about: digest)
        }
        return bytes
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
            throw Finding(.local, "read.short", at: .file, "\(file.path): ends at byte \(offset + position + Int64(count))")
        }
        return count
    }
}

extension Finding {
    package init(_ error: ReleaseSetError, at step: Step = .releaseSet) {
        let fault: FaultClass =
            switch error.kind {
            case .usage: .usage
            case .format: .format
            case .content: .content
            case .policy: .policy
            case .internal: .internal
            }
        self.init(fault, error.reason, at: step, error.description)
    }

    package init(_ error: TrustError) {
        let fault: FaultClass =
            switch error.kind {
            case .trust: .trust
            case .format: .format
            case .usage: .usage
            case .internalFault: .internal
            }
        self.init(fault, error.reason, at: .signature, error.description)
    }
}
