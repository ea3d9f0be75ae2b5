import Archive
import BundleFormat
import OCI
import Testing

@Suite struct GraphClosureTests {
    /// An image, and the entries that a good writer makes of it.
    struct Sample {
        var shelf = Shelf()
        let layer: Descriptor
        let image: Descriptor

        init(_ layerType: MediaType = .layer) throws {
            layer = shelf.put("l", as: layerType)
            image = try shelf.manifest(layers: [layer, shelf.put("m", as: .layer)])
        }

        var graph: BundleGraph {
            get throws { try shelf.walk([("a", image)]).graph }
        }

        var entries: [BundleEntry] {
            get throws { try graph.blobs.map { try BundleEntry(blob: $0.digest, size: $0.node.size) } }
        }

        func reasons(_ entries: [BundleEntry]) throws -> [String] {
            try graph.differences(from: entries).map(\.reason)
        }
    }

    @Test func `documents stand first, then small blobs, then layers, each by digest`() throws {
        let release = try MiniRelease()
        var walk = GraphWalk(release.index) { release.shelf.blobs[$0.digest] }
        try walk.run()
        let order = walk.graph.blobs.map { ($0.node.entryClass.rawValue, $0.digest.hex) }
        #expect(order.elementsEqual(order.sorted { $0 < $1 }, by: ==))
        #expect(Set(order.map(\.0)) == [0, 1, 2])
        #expect(walk.graph.differences(from: Array(release.statement.blobs)).isEmpty)
    }

    @Test func `a blob of two classes stands with the earlier`() throws {
        var shelf = Shelf()
        let layer = shelf.put("l", as: .layer)
        let image = try shelf.manifest(layers: [layer])
        let files = try shelf.manifest(layers: [layer.with(mediaType: MediaType("text/plain"))])
        for roots in [[("a", image), ("b", files)], [("a", files), ("b", image)]] {
            let node = try #require(try shelf.walk(roots).graph.nodes[layer.digest])
            #expect(node.entryClass == .small)
        }
    }

    @Test func `a blob that is missing is told with its image`() throws {
        let sample = try Sample()
        let rest = try sample.entries.filter { $0.digest != sample.layer.digest }
        let finding = try #require(try sample.graph.differences(from: rest).first)
        #expect(finding.reason == "graph.missing")
        #expect(finding.fault == .content)
        #expect(finding.message.contains(sample.layer.digest.hex) && finding.message.contains(" of a "))
    }

    @Test func `a foreign layer without its bytes has its own word`() throws {
        let sample = try Sample(MediaType("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"))
        #expect(try sample.reasons(try sample.entries).isEmpty)
        let rest = try sample.entries.filter { $0.digest != sample.layer.digest }
        #expect(try sample.reasons(rest) == ["graph.foreign"])
    }

    @Test func `a blob that nothing names is refused`() throws {
        let sample = try Sample()
        let extra = try BundleEntry(blob: Digest(of: [9]), size: 1)
        #expect(try sample.reasons(try sample.entries + [extra]) == ["graph.unreferenced"])
    }

    @Test func `an entry of another size is refused`() throws {
        let sample = try Sample()
        let entries = try sample.entries.map {
            $0.digest == sample.layer.digest ? try BundleEntry(blob: $0.digest, size: 2) : $0
        }
        #expect(try sample.reasons(entries) == ["blob.size"])
    }

    @Test func `another order is refused at the first entry out of place`() throws {
        let sample = try Sample()
        let entries = try sample.entries
        let findings = try sample.graph.differences(from: entries.reversed())
        #expect(findings.map(\.reason) == ["statement.order"])
        #expect(findings.first?.message.hasPrefix(entries[entries.count - 1].path.text) == true)
        var swapped = entries
        swapped.swapAt(entries.count - 1, entries.count - 2)
        #expect(try sample.reasons(swapped) == ["statement.order"])
    }
}
