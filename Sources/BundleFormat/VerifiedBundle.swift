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
    /// What was found of the release set that is no reason to refuse it.
    package let warnings: [Finding]
    /// Which line of which checksum file covers what.
    package let coverage: Coverage
    /// Every image that values and compose can name.
    package let closure: Closure
    /// Optional files of a release that this one has not got.
    package let absent: [FileName]
    private let source: EntrySource

    package var statement: Statement { listed.statement }
    package var signers: [BundleSigner] { listed.signers }
    package var index: BundleIndex { graph.index }

    /// Reads the whole bundle: every byte, the graph, and last the release set.
    init(
        reading listed: VerifiedStatement, width: Int, allowing names: Set<String>, events: TransferEvents,
    ) async throws {
        self.listed = listed
        graph = try await listed.firstReading(width: width, events: events)
        let source = EntrySource(
            file: listed.reader.file,
            places: Dictionary(
                listed.layout.placed.dropFirst().map { ($0.entry.digest, $0) },
                uniquingKeysWith: { first, _ in first }))
        self.source = source
        if let refusal = Refusal(try graph.imageConfigs.sorted().compactMap(source.configFault)) {
            throw refusal
        }
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
        let judgement = try check.judged(
            reading: CarriedFiles(artifact: artifact, source: source), graph: graph, allowing: names)
        if let refusal = Refusal(judgement.refused) { throw refusal }
        warnings = judgement.warnings
        coverage = judgement.coverage
        closure = judgement.closure
        absent = judgement.absent
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

/// The release files where they lie in the bundle, hashed again while they are read.
private struct CarriedFiles: ReleaseFileSource {
    let artifact: ReleaseArtifact
    let source: EntrySource

    func bytes(of name: FileName) throws -> [UInt8] {
        try source.bytes(of: try file(name).digest, limit: .max)
    }

    func forEachChunk(of name: FileName, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let place = try source.place(of: try file(name).digest)
        let check = BlobCheck(place.entry, named: name.text)
        try source.file.forEachChunk(of: place.contentOffset..<place.contentOffset + place.entry.size) {
            bytes in
            try check.take(bytes)
            try body(bytes)
        }
        try check.finish()
    }

    private func file(_ name: FileName) throws(Finding) -> ReleaseFile {
        guard let file = artifact.files.first(where: { $0.name == name }) else {
            throw Finding.release("release.shape", "has no \(name)")
        }
        return file
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
