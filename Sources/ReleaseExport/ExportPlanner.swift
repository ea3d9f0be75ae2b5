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
        try NamedImage.requireDistinct(request.extraImages, beside: manifest)
        events.yield(.phase("hashing the release files", bytes: nil))
        let folder = try await ReleaseFolder(request.folder, width: request.width) { name in
            request.leavingOut.contains { manifest.lists(name, in: $0) }
        }
        events.yield(.phase("asking for \(imageCount) images and the chart", bytes: nil))
        let parts = try await collectAll(folder)
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
            warnings: parts.flatMap(\.warnings) + judgement.warnings,
            coverage: judgement.coverage)
    }

    private var imageCount: Int { manifest.images.count + request.extraImages.count }

    /// Every repository of the release. What is missing or contradicts itself is told of all of them at once.
    private func collectAll(_ folder: ReleaseFolder) async throws -> [CollectedPart] {
        let jobs = manifest.images.map(Part.image) + [.chart] + request.extraImages.map(Part.extraImage)
        let results = try await boundedMap(jobs, width: request.width) {
            part -> Result<CollectedPart?, Finding> in
            do {
                switch part {
                case .image(let image): return .success(try await collect(image))
                case .chart: return .success(try await collectChart(folder))
                case .extraImage(let image): return .success(try await collect(image))
                }
            } catch let finding as Finding where finding.step >= .graph {
                // An image that may be missing is told with everything else that is.
                guard case .image(let image) = part, finding.reason == "set.missing",
                    request.allowMissing.contains(image.shortName)
                else { return .failure(finding) }
                return .success(nil)
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

    private func collect(_ image: NamedImage) async throws -> CollectedPart {
        let repository = image.repository
        guard let root = try await source.document(image.digest, in: repository) else {
            throw missing("--image \(image.reference)", "\(image.digest)", in: repository)
        }
        var collector = EvidenceCollector(source: source, repository: repository)
        try await collector.collect(root)
        let entry = IndexEntry(
            kind: .extraImage, repository: image.name, tag: image.tag, descriptor: root.descriptor,
            sourceName: image.reference)
        return CollectedPart(collector, entry: entry, chart: nil)
    }

    private func collectChart(_ folder: ReleaseFolder) async throws -> CollectedPart {
        let repository = try chartRepository()
        let tag = try Tag(manifest.version.chartVersion)
        guard let root = try await source.document(tagged: tag, in: repository) else {
            guard let archive = folder.file(named: manifest.version.chartArchive) else {
                throw missing("chart", tag.text, in: repository)
            }
            return try buildChart(archive, from: folder, in: repository, tag: tag)
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

    /// The artifact of a chart that only the release's files have.
    private func buildChart(
        _ archive: LocalFile, from folder: ReleaseFolder, in repository: SourceRepository, tag: Tag,
    ) throws -> CollectedPart {
        guard archive.file.size <= ChartDocument.maximumContentSize else {
            throw Finding(
                .format, "chart.size", at: .releaseSet,
                "\(archive.path): has \(archive.file.size) bytes, at most \(ChartDocument.maximumContentSize) are "
                    + "allowed")
        }
        let built = try BuiltChart(
            try folder.bytes(of: archive.file.name), name: archive.file.name.text)
        let documents = [(built.manifest, MediaType.ociManifest), (built.config, .helmConfig)].map {
            SourceDocument(bytes: $0, mediaType: $1, digest: Digest(of: $0))
        }
        let entry = IndexEntry(
            kind: .chart, repository: repository.name, descriptor: documents[0].descriptor,
            sourceName: "\(repository.vendor):\(tag)")
        let place = source.location(of: repository)
        return CollectedPart(
            repository: repository,
            documents: Dictionary(uniqueKeysWithValues: documents.map { ($0.digest, $0) }),
            entries: [entry], chart: (built.document, built.config),
            warnings: [
                Finding(
                    .policy, "chart.built", at: .releaseSet,
                    "\(archive.file.name): made into an OCI artifact here, since \(place) has no \(tag)")
            ])
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

/// What one repository of the source is asked for.
private enum Part: Sendable {
    case image(ReleaseImage)
    case chart
    case extraImage(NamedImage)
}

/// What one repository of the source gave.
private struct CollectedPart: Sendable {
    let repository: SourceRepository
    let documents: [Digest: SourceDocument]
    let entries: [IndexEntry]
    let chart: (ChartDocument, config: [UInt8])?
    let warnings: [Finding]

    init(
        repository: SourceRepository, documents: [Digest: SourceDocument], entries: [IndexEntry],
        chart: (ChartDocument, config: [UInt8])?, warnings: [Finding],
    ) {
        self.repository = repository
        self.documents = documents
        self.entries = entries
        self.chart = chart
        self.warnings = warnings
    }

    init(_ collector: EvidenceCollector, entry: IndexEntry, chart: (ChartDocument, config: [UInt8])?) {
        self.init(
            repository: collector.repository, documents: collector.documents,
            entries: [entry] + collector.evidence, chart: chart, warnings: [])
    }
}
