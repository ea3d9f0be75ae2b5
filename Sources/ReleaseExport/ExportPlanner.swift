package import BundleFormat
import LibCrypto
import OCI
package import ReleaseSet
import StrictJSON
import Trust
import VendorProof

/// Names everything that an export will carry: every reference resolved to a digest and a size, every document fetched,
/// every local file hashed. No blob moves and nothing is written.
package struct ExportPlanner: Sendable {
    private let request: ExportRequest
    private let manifest: ReleaseManifest
    private let manifestDigest: Digest
    private let source: any ImageSource

    /// - Parameter manifest: the bytes of `release-manifest.json`, which everything follows from.
    package init(_ request: ExportRequest, manifest: [UInt8], source: any ImageSource) throws(ReleaseSetError)
    {
        self.request = request
        self.manifest = try ReleaseManifest(json: manifest)
        manifestDigest = Digest(of: manifest)
        self.source = source
    }

    package func plan(events: TransferEvents) async throws -> ExportPlan {
        try NamedImage.requireDistinct(request.extraImages, beside: manifest)
        events.yield(.phase("hashing the release files", bytes: nil))
        let folder = try await ReleaseFolder(request.folder, width: request.width) { name in
            request.leavingOut.contains { manifest.lists(name, in: $0) }
        }
        events.yield(.phase("asking for \(imageCount) images and the chart", bytes: nil))
        let collector = ReleaseCollector(
            manifest: manifest, extraImages: request.extraImages, source: source, width: request.width,
            events: events)
        let (parts, absent) = try await collector.collectAll(beside: folder)
        let artifact: ReleaseArtifact
        do {
            artifact = try ReleaseArtifact(version: manifest.version, files: folder.files.map(\.file))
        } catch {
            throw Finding(error)
        }
        let artifactBytes = try artifact.json
        var documents = Dictionary(
            parts.flatMap { $0.documents.map { ($0.key, $0.value.bytes) } },
            uniquingKeysWith: { first, _ in first })
        documents[Digest(of: artifactBytes)] = artifactBytes
        let index = try BundleIndex(parts.flatMap(\.entries) + [releaseEntry(artifactBytes)])
        let graph = try checkedGraph(index, documents: documents)
        let judgement = try judgement(
            graph: graph, artifact: artifact, chart: parts.compactMap(\.chart).first, absent: absent,
            folder: folder)
        let release = ReleaseEvidence(graph, manifest: manifest, artifact: artifact)
        let evidence = try await evidence(of: release, parts: parts)
        let vendor = try vendorReport(release, evidence: evidence, folder: folder)
        documents.merge(evidence) { document, _ in document }
        let origins = origins(graph: graph, documents: documents, parts: parts, folder: folder)
        return ExportPlan(
            statement: try statement(graph: graph, folder: folder), manifest: manifest, graph: graph,
            artifact: artifact,
            blobs: PlannedBlobs(
                source: source, origins: origins, imageConfigs: graph.imageConfigs),
            warnings: folder.skipped + judgement.warnings, coverage: judgement.coverage,
            closure: judgement.closure, vendor: vendor,
            absent: judgement.absent)
    }

    private var imageCount: Int { manifest.images.count + request.extraImages.count }

    private func releaseEntry(_ bytes: [UInt8]) throws -> IndexEntry {
        let name = try RepositoryName(IndexEntry.releaseRepository)
        let place = try SourceRepository.chart(of: manifest).vendor
        let location = manifest.images.first?.location ?? RegistryLocation(host: place.host, prefix: nil)
        let tag =
            request.revision == 1 ? manifest.version.text : "\(manifest.version.text)-r\(request.revision)"
        return IndexEntry(
            kind: .release, repository: name, descriptor: Descriptor(of: bytes, mediaType: .ociManifest),
            sourceName: "\(location)/\(name):\(tag)")
    }

    private func checkedGraph(_ index: BundleIndex, documents: [Digest: [UInt8]]) throws -> BundleGraph {
        var walk = GraphWalk(index) { documents[$0.digest] }
        try walk.run()
        if let refusal = Refusal(walk.findings) { throw refusal }
        return walk.graph
    }

    /// Whether all this is one release; what is only irregular is kept for the operator.
    private func judgement(
        graph: BundleGraph, artifact: ReleaseArtifact, chart: (ChartDocument, config: [UInt8])?,
        absent: [Absence], folder: ReleaseFolder,
    ) throws -> SetJudgement {
        let places = absent.filter { $0.image == nil }.map { ($0.repository.name.text, $0.location) }
        let check = ReleaseSetCheck(
            manifest: manifest, version: manifest.version, index: graph.index, artifact: artifact,
            chart: chart, absentFrom: Dictionary(places) { first, _ in first })
        let judgement = try check.judged(
            reading: folder, graph: graph, allowing: request.allowMissing, leavingOut: request.leavingOut)
        // What the operator named must be there, whatever may be missing of the release.
        if let refusal = Refusal(judgement.refused + absent.compactMap(\.finding)) { throw refusal }
        return judgement
    }

    /// The layers of signatures and attestations: they are small, are verified before anything is written, and are then
    /// at hand when the bundle is filled.
    private func evidence(
        of release: ReleaseEvidence, parts: [CollectedPart]
    ) async throws -> [Digest: [UInt8]] {
        guard case .proof = request.vendor else { return [:] }
        try release.requireRoom()
        let repositories = Dictionary(parts.map { ($0.repository.name, $0.repository) }) { first, _ in first }
        let wanted = release.carriedBlobs.filter { repositories[$0.repository] != nil }
        let fetched = try await boundedMap(wanted, width: request.width) { wanted -> (Digest, [UInt8]) in
            guard let repository = repositories[wanted.repository] else { return (wanted.blob.digest, []) }
            let entry = try BundleEntry(blob: wanted.blob.digest, size: wanted.blob.size)
            return (entry.digest, try await source.bytes(of: entry, in: repository))
        }
        return Dictionary(fetched) { first, _ in first }
    }

    private func vendorReport(
        _ release: ReleaseEvidence, evidence: [Digest: [UInt8]], folder: ReleaseFolder,
    ) throws -> VendorReport {
        let files = Dictionary(folder.files.map { ($0.file.digest, $0.file.name) }) { first, _ in first }
        let report = try request.vendor.report(on: release) { digest in
            if let bytes = evidence[digest] { return bytes }
            guard let name = files[digest] else {
                throw Finding(.internal, "internal", at: .vendor, "\(digest): was not fetched")
            }
            return try folder.bytes(of: name)
        }
        if let refusal = Refusal(report.refusals.map(Finding.init)) { throw refusal }
        return report
    }

    private func origins(
        graph: BundleGraph, documents: [Digest: [UInt8]], parts: [CollectedPart], folder: ReleaseFolder,
    ) -> [Digest: PlannedBlobs.Origin] {
        var origins: [Digest: PlannedBlobs.Origin] = [:]
        for part in parts {
            for root in part.entries {
                for blob in graph.reach(from: root.digest).blobs where origins[blob] == nil {
                    origins[blob] = .repository(part.repository)
                }
            }
        }
        for file in folder.files { origins[file.file.digest] = .file(file) }
        for (digest, bytes) in documents { origins[digest] = .memory(bytes) }
        origins[Descriptor.empty.digest] = .memory(Descriptor.emptyContent)
        return origins
    }

    private func statement(graph: BundleGraph, folder: ReleaseFolder) throws -> Statement {
        guard let release = folder.file(named: ReleaseManifest.name) else {
            throw Finding(
                .policy, "set.missing", at: .releaseSet, "\(folder.path): has no \(ReleaseManifest.name)")
        }
        guard release.file.digest == manifestDigest else {
            throw Finding(
                .content, "changed", at: .content, "\(release.path): changed while the export was planned")
        }
        let content = Statement.Content(of: try graph.index.json)
        let entries =
            [try BundleEntry(index: content)]
            + (try graph.blobs.map { try BundleEntry(blob: $0.digest, size: $0.node.size) })
        return Statement(
            product: request.product, channel: request.channel, version: manifest.version,
            revision: request.revision, createdAt: request.createdAt, expires: request.expires,
            index: content,
            release: Statement.Content(digest: release.file.digest, size: release.file.size),
            entries: entries,
            tool: request.tool)
    }
}
