package import BundleFormat
import LibCrypto
import OCI
package import ReleaseSet
import StrictJSON
import Trust

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
        events.yield(.phase("hashing the release files", bytes: nil))
        let folder = try await ReleaseFolder(request.folder, width: request.width) { name in
            request.leavingOut.contains { manifest.lists(name, in: $0) }
        }
        events.yield(.phase("asking for \(manifest.images.count) images and the chart", bytes: nil))
        let parts = try await collectAll()
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
            graph: graph, artifact: artifact, chart: parts.compactMap(\.chart).first, folder: folder)
        let origins = origins(graph: graph, documents: documents, parts: parts, folder: folder)
        return ExportPlan(
            bundle: try bundlePlan(graph: graph, folder: folder), manifest: manifest, graph: graph,
            artifact: artifact, blobs: PlannedBlobs(source: source, origins: origins),
            warnings: judgement.warnings,
            coverage: judgement.coverage)
    }

    /// Every repository of the release. What is missing or contradicts itself is told of all of them at once.
    private func collectAll() async throws -> [CollectedPart] {
        let jobs = manifest.images.map(Optional.some) + [nil]
        let results = try await boundedMap(jobs, width: request.width) {
            image -> Result<CollectedPart?, Finding> in
            do {
                guard let image else { return .success(try await collectChart()) }
                return .success(try await collect(image))
            } catch let finding as Finding where finding.step >= .graph {
                // An image that may be missing is told with everything else that is.
                let isAllowed = image.map { request.allowMissing.contains($0.shortName) } ?? false
                return isAllowed && finding.reason == "set.missing" ? .success(nil) : .failure(finding)
            }
        }
        let found = results.compactMap { result -> Finding? in
            if case .failure(let finding) = result { finding } else { nil }
        }
        if let refusal = Refusal(found) { throw refusal }
        return try results.compactMap { try $0.get() }
    }

    private func collect(_ image: ReleaseImage) async throws -> CollectedPart {
        let name = try RepositoryName(image.shortName)
        let repository = SourceRepository(vendor: image.name, name: name)
        guard let root = try await source.document(image.digest, in: repository) else {
            throw missing("image \(image.shortName)", "\(image.digest)", in: repository)
        }
        var collector = EvidenceCollector(source: source, repository: repository)
        try await collector.collect(root)
        let tag = try image.versionTag ?? Tag(manifest.version.text)
        let entry = IndexEntry(
            kind: .image, repository: name, descriptor: root.descriptor, sourceName: "\(image.name):\(tag)")
        return CollectedPart(collector, entry: entry, chart: nil)
    }

    private func collectChart() async throws -> CollectedPart {
        let repository = try chartRepository()
        let tag = try Tag(manifest.version.chartVersion)
        guard let root = try await source.document(tagged: tag, in: repository) else {
            throw missing("chart", tag.text, in: repository)
        }
        var collector = EvidenceCollector(source: source, repository: repository)
        try await collector.collect(root)
        let chart = try ChartDocument(
            try ManifestDocument(root.bytes, name: "chart \(tag)", mediaType: root.mediaType))
        let config = try await config(of: chart, in: repository)
        let entry = IndexEntry(
            kind: .chart, repository: repository.name, descriptor: root.descriptor,
            sourceName: "\(repository.vendor):\(tag)")
        return CollectedPart(collector, entry: entry, chart: (chart, config))
    }

    /// The chart lies beside the images: below what stands before the last component of their names.
    private func chartRepository() throws -> SourceRepository {
        guard let location = manifest.images.first?.location else {
            throw Finding(.policy, "set.missing", at: .releaseSet, "release manifest: names no images")
        }
        let name = try RepositoryName(IndexEntry.chartRepository)
        let vendor = ImageName(host: location.host, repository: try location.repository(name))
        return SourceRepository(vendor: vendor, name: name)
    }

    private func config(of chart: ChartDocument, in repository: SourceRepository) async throws -> [UInt8] {
        let entry = try BundleEntry(blob: chart.config.digest, size: chart.config.size)
        let check = BlobCheck(
            entry, named: "\(source.location(of: repository)): chart config \(chart.config.digest)")
        var bytes: [UInt8] = []
        try await source.fetch(entry, in: repository) { chunk in
            try check.take(chunk)
            bytes += chunk
        }
        try check.finish()
        return bytes
    }

    private func releaseEntry(_ bytes: [UInt8]) throws -> IndexEntry {
        let name = try RepositoryName(IndexEntry.releaseRepository)
        let place = try chartRepository().vendor
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
        folder: ReleaseFolder,
    ) throws -> SetJudgement {
        let check = ReleaseSetCheck(
            manifest: manifest, version: manifest.version, index: graph.index, artifact: artifact,
            chart: chart)
        let judgement = try check.judged(
            reading: folder, graph: graph, allowing: request.allowMissing, leavingOut: request.leavingOut)
        if let refusal = Refusal(judgement.refused) { throw refusal }
        return judgement
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

    private func bundlePlan(graph: BundleGraph, folder: ReleaseFolder) throws -> BundlePlan {
        guard let release = folder.file(named: ReleaseManifest.name) else {
            throw Finding(
                .policy, "set.missing", at: .releaseSet, "\(folder.path): has no \(ReleaseManifest.name)")
        }
        guard release.file.digest == manifestDigest else {
            throw Finding(
                .content, "changed", at: .content, "\(release.path): changed while the export was planned")
        }
        let index = graph.index
        let content = Statement.Content(of: try index.json)
        let entries =
            [try BundleEntry(index: content)]
            + (try graph.blobs.map { try BundleEntry(blob: $0.digest, size: $0.node.size) })
        let statement = Statement(
            product: request.product, channel: request.channel, version: manifest.version,
            revision: request.revision, createdAt: request.createdAt, expires: request.expires,
            index: content,
            release: Statement.Content(digest: release.file.digest, size: release.file.size),
            entries: entries,
            tool: request.tool)
        return try BundlePlan(statement: statement, index: index) { bytes in
            try request.keys.map { try SigstoreBundle(signing: bytes, with: $0).json }
        }
    }

    private func missing(_ thing: String, _ reference: String, in repository: SourceRepository) -> Finding {
        Finding(
            .policy, "set.missing", at: .releaseSet,
            "\(thing): \(source.location(of: repository)) has no \(reference)")
    }
}

/// What one repository of the source gave.
private struct CollectedPart: Sendable {
    let repository: SourceRepository
    let documents: [Digest: SourceDocument]
    let entries: [IndexEntry]
    let chart: (ChartDocument, config: [UInt8])?

    init(_ collector: EvidenceCollector, entry: IndexEntry, chart: (ChartDocument, config: [UInt8])?) {
        repository = collector.repository
        documents = collector.documents
        entries = [entry] + collector.evidence
        self.chart = chart
    }
}
