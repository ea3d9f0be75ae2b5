package import OCI

/// Walks from the roots to everything they name and notes what is wrong on the way.
package struct GraphWalk {
    package private(set) var graph: BundleGraph
    package private(set) var findings: [Finding] = []
    /// How far below each finished document the graph goes; a document that is being walked has no entry yet.
    private var heights: [Digest: Int] = [:]
    private var open: Set<Digest> = []
    private var documentBytes: Int64 = 0
    private let read: (Descriptor) throws -> [UInt8]?

    /// - Parameter read: the bytes of a document, or nothing where the set does not hold it.
    package init(_ index: BundleIndex, read: @escaping (Descriptor) throws -> [UInt8]?) {
        graph = BundleGraph(index: index)
        self.read = read
    }

    package mutating func run() throws {
        for entry in graph.index.entries {
            guard entry.mediaType.kind != .blob else {
                findings.append(Finding(OCIError.unknownType(entry.mediaType, name(of: entry.digest))))
                continue
            }
            try visit(entry.descriptor, namedBy: BundleEntry.indexPath, image: entry.refName, above: [])
        }
        for (digest, document) in graph.documents.sorted(by: { $0.key < $1.key }) {
            if let subject = document.subject, graph.documents[subject.digest] == nil {
                report(
                    .format, "graph.subject",
                    "\(name(of: digest)): its subject \(subject.digest) is not in the set")
            }
        }
        findings += EvidenceDepth.findings(in: graph)
    }

    private mutating func visit(_ descriptor: Descriptor, namedBy: String, image: String, above: [Digest])
        throws
    {
        note(descriptor, namedBy: namedBy)
        guard descriptor.mediaType.kind != .blob else { return }
        let digest = descriptor.digest
        let path = above + [digest]
        guard !open.contains(digest), path.count + (heights[digest] ?? 0) <= BundleGraph.maximumDepth else {
            let digests = path.map(\.description).joined(separator: " > ")
            report(.format, "graph.depth", "\(image): more than \(BundleGraph.maximumDepth) deep: \(digests)")
            return
        }
        guard heights[digest] == nil else { return }
        guard graph.documents.count < BundleGraph.maximumDocuments else {
            report(.format, "graph.count", "\(image): is beyond \(BundleGraph.maximumDocuments) documents")
            return
        }
        open.insert(digest)
        defer { open.remove(digest) }
        guard descriptor.size <= BundleGraph.maximumDocumentBytes - documentBytes else {
            report(
                .format, "graph.count",
                "\(image): more than \(BundleGraph.maximumDocumentBytes) bytes of documents")
            return
        }
        documentBytes += descriptor.size
        guard let document = try document(descriptor, namedBy: namedBy, image: image) else {
            heights[digest] = 0
            return
        }
        graph.documents[digest] = document
        for child in document.manifests {
            guard child.mediaType.kind != .blob else {
                findings.append(Finding(OCIError.unknownType(child.mediaType, name(of: child.digest))))
                continue
            }
            try visit(child, namedBy: name(of: digest), image: image, above: path)
        }
        for blob in [document.config].compactMap({ $0 }) + document.layers {
            switch blob.mediaType.kind {
            case .blob: break
            case .schema1: findings.append(Finding(OCIError.schema1(name(of: blob.digest))))
            case .index, .manifest:
                report(
                    .format, "type.conflict",
                    "\(name(of: blob.digest)): \(name(of: digest)) names it as a part of an image, with the type "
                        + "\(blob.mediaType)")
            }
            note(blob, namedBy: name(of: digest))
        }
        heights[digest] = document.manifests.map { (heights[$0.digest] ?? 0) + 1 }.max() ?? 0
    }

    private mutating func document(
        _ descriptor: Descriptor, namedBy: String, image: String,
    ) throws -> ManifestDocument? {
        guard let bytes = try read(descriptor) else {
            report(
                .content, "graph.missing",
                "\(name(of: descriptor.digest)): is named by \(namedBy) of \(image) but is not in the bundle")
            return nil
        }
        do {
            return try ManifestDocument(
                bytes, name: name(of: descriptor.digest), mediaType: descriptor.mediaType)
        } catch {
            findings.append(Finding(error))
            return nil
        }
    }

    private mutating func note(_ descriptor: Descriptor, namedBy: String) {
        let digest = descriptor.digest
        let isDocument = descriptor.mediaType.kind != .blob
        if descriptor.size > BundleEntry.maximumSize {
            report(
                .format, "blob.toolarge",
                "\(name(of: digest)): has \(descriptor.size) bytes, an entry holds \(BundleEntry.maximumSize)"
            )
        }
        guard let known = graph.nodes[digest] else {
            graph.nodes[digest] = BundleGraph.Node(
                size: descriptor.size, entryClass: EntryClass(descriptor.mediaType),
                documentType: isDocument ? descriptor.mediaType : nil, namedBy: namedBy,
                isForeign: descriptor.isForeign)
            return
        }
        if known.size != descriptor.size {
            report(
                .content, "blob.size",
                "\(name(of: digest)): \(known.namedBy) says \(known.size) bytes, \(namedBy) says \(descriptor.size)"
            )
        }
        let type = isDocument ? descriptor.mediaType : nil
        if known.documentType != type {
            report(
                .format, "type.conflict",
                "\(name(of: digest)): \(known.namedBy) names it as \(known.documentType?.text ?? "a blob"), "
                    + "\(namedBy) as \(descriptor.mediaType)")
        }
        graph.nodes[digest]?.entryClass = min(known.entryClass, EntryClass(descriptor.mediaType))
        graph.nodes[digest]?.isForeign = known.isForeign || descriptor.isForeign
    }

    private mutating func report(_ fault: FaultClass, _ reason: String, _ message: String) {
        findings.append(Finding(fault, reason, at: .graph, message))
    }

    private func name(of digest: Digest) -> String { BundleEntry.blobPrefix + digest.hex }
}
