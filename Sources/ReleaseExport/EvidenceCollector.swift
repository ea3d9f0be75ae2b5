import BundleFormat
import OCI

/// Everything that one repository of the release holds: the graph below its root, and beside each document of it what
/// proves it.
///
/// Signatures may stand for an index, for one of its platform manifests or for another referrer, so every document is
/// asked for, each digest once; a ring of referrers ends there.
struct EvidenceCollector {
    let source: any ImageSource
    let repository: SourceRepository
    let events: TransferEvents
    private(set) var documents: [Digest: SourceDocument] = [:]
    private(set) var evidence: [IndexEntry] = []
    private var asked: Set<Digest> = []
    private var referred: Set<Digest> = []
    private var byteCount: Int64 = 0

    init(source: any ImageSource, repository: SourceRepository, events: TransferEvents) {
        self.source = source
        self.repository = repository
        self.events = events
    }

    /// Fetches `root` and everything that belongs to it.
    mutating func collect(_ root: SourceDocument) async throws {
        // Level by level, so that each document has the smallest depth at which it is evidence.
        var level = [root]
        for depth in 0... {
            var next: [SourceDocument] = []
            for document in level {
                for digest in try await fetchGraph(of: document) where asked.insert(digest).inserted {
                    try Task.checkCancellation()
                    next += try await signatures(of: digest)
                    next += try await referrers(of: digest)
                    try checkRoomForEvidence()
                }
            }
            guard let first = next.first(where: { documents[$0.digest] == nil }) else { return }
            guard depth < EvidenceDepth.maximum else {
                throw EvidenceDepth.tooDeep(in: source.location(of: repository), digest: first.digest)
            }
            level = next
        }
    }

    /// The documents below `root` and itself, newly fetched or not.
    private mutating func fetchGraph(of root: SourceDocument) async throws -> [Digest] {
        var reached: [Digest] = []
        var waiting = [root]
        while let document = waiting.popLast() {
            guard documents[document.digest] == nil else { continue }
            try checkRoom(for: document)
            documents[document.digest] = document
            events.yield(.found(1))
            reached.append(document.digest)
            for child in try parsed(document).manifests where documents[child.digest] == nil {
                guard child.mediaType.kind != .blob else { continue }
                waiting.append(try await self.document(child, namedBy: document.digest))
            }
        }
        return reached
    }

    /// A source that makes up referrers without end must not fill the memory.
    private mutating func checkRoom(for document: SourceDocument) throws {
        byteCount += Int64(document.bytes.count)
        guard documents.count < BundleGraph.maximumDocuments, byteCount <= BundleGraph.maximumDocumentBytes
        else {
            throw Finding(
                .format, "graph.count", at: .graph,
                "\(source.location(of: repository)): goes beyond \(BundleGraph.maximumDocuments) documents or "
                    + "\(BundleGraph.maximumDocumentBytes) bytes of them")
        }
    }

    private func checkRoomForEvidence() throws {
        guard evidence.count <= EvidenceDepth.maximumEntries else {
            throw EvidenceDepth.tooMany(
                in: source.location(of: repository), count: "more than \(EvidenceDepth.maximumEntries)")
        }
    }

    private mutating func signatures(of digest: Digest) async throws -> [SourceDocument] {
        var found: [SourceDocument] = []
        for suffix in Tag.CosignSuffix.allCases {
            let tag = Tag(cosign: suffix, of: digest)
            guard let document = try await source.document(tagged: tag, in: repository) else { continue }
            evidence.append(
                IndexEntry(
                    kind: .signature, repository: repository.name, tag: tag, descriptor: document.descriptor,
                    sourceName: "\(repository.vendor):\(tag)"))
            found.append(document)
        }
        return found
    }

    private mutating func referrers(of digest: Digest) async throws -> [SourceDocument] {
        var found: [SourceDocument] = []
        for descriptor in try await source.referrers(of: digest, in: repository)
        where referred.insert(descriptor.digest).inserted {
            let document = try await document(descriptor, namedBy: digest)
            // A list of referrers is the registry's word; what a manifest is about, it says itself.
            guard try parsed(document).subject?.digest == digest else {
                throw Finding(
                    .content, "pull.referrer", at: .graph,
                    "\(source.location(of: repository)): lists \(descriptor.digest) as a referrer of \(digest), "
                        + "but its subject is another")
            }
            evidence.append(
                IndexEntry(
                    kind: .referrer, repository: repository.name, descriptor: document.descriptor,
                    sourceName: "\(repository.vendor)@\(document.digest)"))
            found.append(document)
        }
        return found
    }

    private func document(_ descriptor: Descriptor, namedBy parent: Digest) async throws -> SourceDocument {
        guard let document = try await source.document(descriptor.digest, in: repository) else {
            throw Finding(
                .content, "graph.missing", at: .graph,
                "\(source.location(of: repository)): has no manifest \(descriptor.digest), which \(parent) names"
            )
        }
        guard document.mediaType == descriptor.mediaType else {
            throw Finding(
                .format, "type.mismatch", at: .graph,
                "\(source.location(of: repository)): \(descriptor.digest) is served as \(document.mediaType), "
                    + "\(parent) names it as \(descriptor.mediaType)")
        }
        return document
    }

    private func parsed(_ document: SourceDocument) throws -> ManifestDocument {
        do {
            return try ManifestDocument(
                document.bytes, name: document.digest.description, mediaType: document.mediaType)
        } catch {
            throw Finding(error)
        }
    }
}
