import BundleFormat
import OCI
import ReleaseSet

/// Asks a source for everything that a release names: its images, its chart, and what the operator named.
struct ReleaseCollector {
    let manifest: ReleaseManifest
    let extraImages: [NamedImage]
    let source: any ImageSource
    /// How many repositories are asked at a time.
    let width: Int
    let events: TransferEvents

    /// Every repository of the release, and what the source has not got. That is told with everything else that is
    /// missing; what contradicts itself ends the planning, told of all repositories at once.
    func collectAll(beside folder: ReleaseFolder) async throws -> ([CollectedPart], [Absence]) {
        let jobs = manifest.images.map(Part.image) + [.chart] + extraImages.map(Part.extraImage)
        let results = try await boundedMap(jobs, width: width) { part -> Collected in
            do {
                switch part {
                case .image(let image): return try await collect(image)
                case .chart: return try await collectChart(folder)
                case .extraImage(let image): return try await collect(image)
                }
            } catch let finding as Finding where finding.step >= .graph {
                return .refused(finding)
            }
        }
        let refused = results.compactMap { if case .refused(let finding) = $0 { finding } else { nil } }
        if let refusal = Refusal(refused) { throw refusal }
        return (
            results.compactMap { if case .part(let part) = $0 { part } else { nil } },
            results.compactMap { if case .absent(let absence) = $0 { absence } else { nil } }
        )
    }

    private func collect(_ image: ReleaseImage) async throws -> Collected {
        let name = try RepositoryName(image.shortName)
        let repository = SourceRepository(vendor: image.name, name: name)
        guard let root = try await source.document(image.digest, in: repository) else {
            return .absent(Absence(repository, from: source))
        }
        var collector = EvidenceCollector(source: source, repository: repository, events: events)
        try await collector.collect(root)
        let tag = try image.versionTag ?? Tag(manifest.version.text)
        let entry = IndexEntry(
            kind: .image, repository: name, descriptor: root.descriptor, sourceName: "\(image.name):\(tag)")
        return .part(CollectedPart(collector, entry: entry, chart: nil))
    }

    private func collect(_ image: NamedImage) async throws -> Collected {
        let repository = image.repository
        guard let root = try await source.document(image.digest, in: repository) else {
            return .absent(Absence(repository, from: source, image: image))
        }
        var collector = EvidenceCollector(source: source, repository: repository, events: events)
        try await collector.collect(root)
        let entry = IndexEntry(
            kind: .extraImage, repository: image.name, tag: image.tag, descriptor: root.descriptor,
            sourceName: image.reference)
        return .part(CollectedPart(collector, entry: entry, chart: nil))
    }

    private func collectChart(_ folder: ReleaseFolder) async throws -> Collected {
        let repository = try SourceRepository.chart(of: manifest)
        let tag = try Tag(manifest.version.chartVersion)
        guard let root = try await source.document(tagged: tag, in: repository) else {
            guard let archive = folder.file(named: manifest.version.chartArchive) else {
                return .absent(Absence(repository, from: source))
            }
            return .part(try buildChart(archive, from: folder, in: repository, tag: tag))
        }
        var collector = EvidenceCollector(source: source, repository: repository, events: events)
        try await collector.collect(root)
        let chart = try ChartDocument(
            try ManifestDocument(root.bytes, name: "chart \(tag)", mediaType: root.mediaType))
        let config = try await source.bytes(
            of: try BundleEntry(blob: chart.config.digest, size: chart.config.size), in: repository)
        let entry = IndexEntry(
            kind: .chart, repository: repository.name, descriptor: root.descriptor,
            sourceName: "\(repository.vendor):\(tag)")
        return .part(CollectedPart(collector, entry: entry, chart: (chart, config)))
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
        return CollectedPart(
            repository: repository,
            documents: Dictionary(uniqueKeysWithValues: documents.map { ($0.digest, $0) }),
            entries: [entry], chart: (built.document, built.config))
    }
}

extension SourceRepository {
    /// The chart lies beside the images: below what stands before the last component of their names.
    static func chart(of manifest: ReleaseManifest) throws -> SourceRepository {
        guard let location = manifest.images.first?.location else {
            throw Finding(.policy, "set.missing", at: .releaseSet, "release manifest: names no images")
        }
        let name = try RepositoryName(IndexEntry.chartRepository)
        let vendor = ImageName(host: location.host, repository: try location.repository(name))
        return SourceRepository(vendor: vendor, name: name)
    }
}

/// What one repository of the source is asked for.
private enum Part: Sendable {
    case image(ReleaseImage)
    case chart
    case extraImage(NamedImage)
}

/// What one repository of the source gave.
private enum Collected: Sendable {
    case part(CollectedPart)
    case absent(Absence)
    case refused(Finding)
}
