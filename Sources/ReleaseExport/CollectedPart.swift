import BundleFormat
import OCI

/// What one repository of the source gave.
struct CollectedPart: Sendable {
    let repository: SourceRepository
    let documents: [Digest: SourceDocument]
    let entries: [IndexEntry]
    let chart: (ChartDocument, config: [UInt8])?

    init(
        repository: SourceRepository, documents: [Digest: SourceDocument], entries: [IndexEntry],
        chart: (ChartDocument, config: [UInt8])?,
    ) {
        self.repository = repository
        self.documents = documents
        self.entries = entries
        self.chart = chart
    }

    init(_ collector: EvidenceCollector, entry: IndexEntry, chart: (ChartDocument, config: [UInt8])?) {
        self.init(
            repository: collector.repository, documents: collector.documents,
            entries: [entry] + collector.evidence, chart: chart)
    }
}

/// A repository of the source without what was asked for.
struct Absence: Sendable {
    let repository: SourceRepository
    let location: String
    /// Where it was the operator who named the image.
    let image: NamedImage?

    init(_ repository: SourceRepository, from source: any ImageSource, image: NamedImage? = nil) {
        self.repository = repository
        location = source.location(of: repository)
        self.image = image
    }

    /// What else nobody would tell.
    var finding: Finding? {
        image.map {
            Finding(
                .policy, "set.missing", at: .releaseSet,
                "--image \($0.reference): \(location) has no \($0.digest)")
        }
    }
}
