import OCI
import ReleaseSet
import Trust

/// What a bundle says that it holds, read without reading its layers: enough to look inside and to take a file out.
///
/// Index and manifests are compared with their digests, so the contents are as good as the statement that names them.
package struct BundleContents: Sendable {
    package let statement: Statement
    package let graph: BundleGraph
    package let artifact: ReleaseArtifact
    private let file: PositionedFile
    private let layout: BundleLayout

    /// - Parameter statement: a verified one, or a claimed one for `inspect` without a key.
    package init(_ statement: Statement, of reader: BundleReader) throws {
        self.statement = statement
        file = reader.file
        layout = BundleLayout(entries: statement.entries, restOffset: reader.front.restOffset)
        let places = Dictionary(
            layout.placed.map { ($0.entry.digest, $0) }, uniquingKeysWith: { first, _ in first })
        let source = EntrySource(file: file, places: places)
        let index = try BundleIndex.read(
            try source.bytes(of: statement.index.digest, limit: BundleIndex.maximumSize))
        var walk = GraphWalk(index) { descriptor in
            guard places[descriptor.digest] != nil else { return nil }
            return try source.bytes(of: descriptor.digest, limit: ManifestDocument.maximumSize)
        }
        try walk.run()
        if let refusal = Refusal(walk.findings) { throw refusal }
        graph = walk.graph
        guard let release = index.entries.first(where: { $0.kind == .release }),
            let document = graph.documents[release.digest]
        else {
            throw Finding(
                .policy, "set.missing", at: .releaseSet, "release: no release artifact in the bundle")
        }
        artifact = try ReleaseArtifact(
            document, bytes: try source.bytes(of: release.digest, limit: ManifestDocument.maximumSize))
    }

    /// Hands a release file to `sink` in chunks; it is whole and right only if this ends without an error.
    package func read(_ file: ReleaseFile, into sink: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard let place = layout.placed.first(where: { $0.entry.digest == file.digest }) else {
            throw Finding(.content, "graph.missing", at: .graph, "\(file.name): is not in the bundle")
        }
        let check = BlobCheck(place.entry, named: file.name.text)
        try self.file.forEachChunk(of: place.contentOffset..<place.contentOffset + place.entry.size) {
            bytes in
            try check.take(bytes)
            try sink(bytes)
        }
        try check.finish()
    }
}
