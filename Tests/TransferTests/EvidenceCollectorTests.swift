import BundleFormat
import OCI
import Testing

@testable import ReleaseExport

/// A source that invents evidence without end: every manifest has a referrer, or one image has very many.
private struct EndlessSource: ImageSource {
    /// Referrers of the image itself; those of a referrer are always one.
    let width: Int
    /// Levels of evidence above the image.
    let height: Int

    static func manifest(level: Int, number: Int, subject: Digest?) -> SourceDocument {
        let about = subject.map {
            #","subject":{"digest":"\#($0)","mediaType":"\#(MediaType.ociManifest.text)","size":1}"#
        }
        let text =
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociManifest.text)","config":{"digest":"#
            + #""\#(Descriptor.empty.digest)","mediaType":"application/vnd.oci.empty.v1+json","size":2},"#
            + #""layers":[],"annotations":{"level":"\#(level)","number":"\#(number)"}\#(about ?? "")}"#
        let bytes = Array(text.utf8)
        return SourceDocument(bytes: bytes, mediaType: .ociManifest, digest: Digest(of: bytes))
    }

    private let documents: [Digest: SourceDocument]
    private let lists: [Digest: [Descriptor]]
    let root: SourceDocument

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        root = Self.manifest(level: 0, number: 0, subject: nil)
        var documents = [root.digest: root]
        var lists: [Digest: [Descriptor]] = [:]
        var subject = root
        for level in 1...height {
            let count = level == 1 ? width : 1
            let level = (0..<count).map { Self.manifest(level: level, number: $0, subject: subject.digest) }
            for document in level { documents[document.digest] = document }
            lists[subject.digest] = level.map {
                Descriptor(mediaType: $0.mediaType, digest: $0.digest, size: Int64($0.bytes.count))
            }
            subject = level[0]
        }
        (self.documents, self.lists) = (documents, lists)
    }

    func location(of repository: SourceRepository) -> String { "a source without end" }

    func document(_ digest: Digest, in repository: SourceRepository) async throws -> SourceDocument? {
        documents[digest]
    }

    func document(tagged tag: OCI.Tag, in repository: SourceRepository) async throws -> SourceDocument? {
        nil
    }

    func referrers(of subject: Digest, in repository: SourceRepository) async throws -> [Descriptor] {
        lists[subject] ?? []
    }

    func fetch(
        _ entry: BundleEntry, in repository: SourceRepository,
        into sink: (UnsafeRawBufferPointer) throws -> Void,
    ) async throws {}
}

@Suite struct EvidenceCollectorTests {
    @Test(arguments: [(1, 8, nil), (1, 9, "graph.depth"), (10_001, 1, "graph.count")])
    func `evidence without end is refused while an export is planned`(
        width: Int, height: Int, reason: String?,
    ) async throws {
        let source = EndlessSource(width: width, height: height)
        let repository = SourceRepository(
            vendor: ImageName(host: try RegistryHost("x.test"), repository: try RepositoryName("a")),
            name: try RepositoryName("a"))
        let (_, events) = AsyncStream.makeStream(of: TransferEvent.self)
        var collector = EvidenceCollector(source: source, repository: repository, events: events)
        do {
            try await collector.collect(source.root)
            #expect(reason == nil)
            #expect(collector.evidence.count == height)
        } catch let finding as Finding {
            #expect(finding.reason == reason)
        }
    }
}
