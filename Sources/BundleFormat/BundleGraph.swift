package import OCI

/// Everything that is reached from the roots of a bundle, each digest once.
///
/// bundle-spec/bundle-v1.md, section 3. The same walk serves the exporter, which must not write a bundle with holes,
/// and the importer, which does not believe that it did not.
package struct BundleGraph: Sendable {
    /// A piece of content as the documents name it.
    package struct Node: Hashable, Sendable {
        /// Bytes, as the first descriptor says; a second one that says otherwise is a finding.
        package let size: Int64
        package internal(set) var entryClass: EntryClass
        /// The media type under which a document is read; nothing for a blob.
        package let documentType: MediaType?
        /// The document that names it first.
        package let namedBy: String
        /// Whether some document says that the bytes lie elsewhere, so that writers like to leave them out.
        package internal(set) var isForeign: Bool
    }

    package let index: BundleIndex
    package internal(set) var nodes: [Digest: Node] = [:]
    package internal(set) var documents: [Digest: ManifestDocument] = [:]

    package static let maximumDepth = 3
    package static let maximumDocuments = 16_384
    /// Parsed documents are kept; without a ceiling a hostile image could fill the memory with them.
    package static let maximumDocumentBytes: Int64 = 256 << 20

    init(index: BundleIndex) {
        self.index = index
    }

    /// The entries of the tar after the signatures: `index.json` is not among them.
    package var blobs: [(digest: Digest, node: Node)] {
        nodes.sorted { ($0.value.entryClass, $0.key) < ($1.value.entryClass, $1.key) }
            .map { (digest: $0.key, node: $0.value) }
    }

    /// The configs of all images, each digest once.
    package var imageConfigs: Set<Digest> {
        let configs = documents.values.compactMap(\.config)
        return Set(configs.filter { ImageConfig.isNamed(by: $0.mediaType) }.map(\.digest))
    }

    /// What the document `root` reaches, itself included: documents children first, then blobs in the order in
    /// which they are named. `subject` is not followed.
    package func reach(from root: Digest) -> (documents: [Digest], blobs: [Digest]) {
        var documents: [Digest] = []
        var blobs: [Digest] = []
        var seen: Set<Digest> = []
        // An explicit stack: a refused graph may be deeper than a task's own. The second member says that the
        // children are done.
        var stack: [(digest: Digest, isOpen: Bool)] = [(root, false)]
        while let (digest, isOpen) = stack.popLast() {
            guard !isOpen else {
                documents.append(digest)
                continue
            }
            guard seen.insert(digest).inserted else { continue }
            guard let document = self.documents[digest] else {
                blobs.append(digest)
                continue
            }
            stack.append((digest, true))
            stack += document.references.reversed().map { ($0.digest, false) }
        }
        return (documents, blobs)
    }

    /// The ref names of the roots that reach `digest`.
    package func users(of digest: Digest) -> [String] {
        index.entries.filter {
            let reached = reach(from: $0.digest)
            return reached.blobs.contains(digest) || reached.documents.contains(digest)
        }.map(\.refName)
    }
}
