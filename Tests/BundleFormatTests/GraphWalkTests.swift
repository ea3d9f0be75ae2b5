import BundleFormat
import OCI
import StrictJSON
import Testing

@Suite struct GraphWalkTests {
    @Test func `a good release is walked without a word, each digest once`() throws {
        let release = try MiniRelease()
        var walk = GraphWalk(release.index) { release.shelf.blobs[$0.digest] }
        try walk.run()
        #expect(walk.findings.isEmpty)
        #expect(Set(walk.graph.nodes.keys) == Set(release.shelf.blobs.keys))
    }

    @Test func `three documents below each other are read, a fourth is refused`() throws {
        var shelf = Shelf()
        let inner = try shelf.index([shelf.manifest()])
        let outer = try shelf.index([inner])
        #expect(try shelf.walk([("a", outer)]).findings.isEmpty)
        let deepest = try shelf.index([outer])
        #expect(try shelf.walk([("a", deepest)]).findings.map(\.reason) == ["graph.depth"])
    }

    @Test func `depth counts also where the lower part was walked before`() throws {
        var shelf = Shelf()
        let outer = try shelf.index([shelf.index([shelf.manifest()])])
        let deepest = try shelf.index([outer])
        let findings = try shelf.walk([("a", outer), ("b", deepest)]).findings
        #expect(findings.map(\.reason) == ["graph.depth"])
        #expect(findings.first?.message.hasPrefix("b: ") == true)
    }

    @Test func `forty levels of two roads each end at once`() throws {
        var shelf = Shelf()
        var below = try [shelf.manifest(layers: [shelf.put("a")]), shelf.manifest(layers: [shelf.put("b")])]
        for level in 0..<40 {
            let left = try shelf.index(below)
            let right = try shelf.index(below + [shelf.manifest(layers: [shelf.put("\(level)")])])
            below = [left, right]
        }
        let walk = try shelf.walk([("a", below[0]), ("b", below[1])])
        #expect(Set(walk.findings.map(\.reason)) == ["graph.depth"])
        #expect(walk.graph.documents.count < 20)
    }

    @Test func `a ring ends, and is told as endless depth`() throws {
        // Real rings need a hash that is broken; a reader that hands out the wrong bytes makes one.
        var shelf = Shelf()
        let inner = try shelf.index([])
        let outer = try shelf.index([inner])
        let ring = try shelf.index([outer])
        let entry = IndexEntry(
            kind: .image, repository: try RepositoryName("a"), descriptor: outer, sourceName: "x.test/a")
        let blobs = shelf.blobs
        var walk = GraphWalk(try BundleIndex([entry])) {
            $0.digest == inner.digest ? blobs[ring.digest] : blobs[$0.digest]
        }
        try walk.run()
        #expect(walk.findings.map(\.reason) == ["graph.depth"])
    }

    @Test func `documents are reached children first, also one that is named on two levels`() throws {
        var shelf = Shelf()
        let manifest = try shelf.manifest(layers: [shelf.put("l", as: .layer)])
        let inner = try shelf.index([manifest])
        let root = try shelf.index([inner, manifest])
        let other = try shelf.index([manifest, inner])
        for top in [root, other] {
            let reached = try shelf.walk([("a", top)]).graph.reach(from: top.digest)
            #expect(reached.documents == [manifest.digest, inner.digest, top.digest])
            #expect(reached.blobs.count == 2)
        }
    }

    @Test func `what a root reaches is told without its subject`() throws {
        var shelf = Shelf()
        let image = try shelf.manifest(layers: [shelf.put("l", as: .layer)])
        let proof = try shelf.manifest(layers: [shelf.put("p")], subject: image)
        let graph = try shelf.walk([("a", image), ("b", proof)]).graph
        #expect(!graph.reach(from: proof.digest).documents.contains(image.digest))
        #expect(graph.users(of: Digest(of: Array("p".utf8))) == ["b"])
        #expect(graph.users(of: Descriptor.empty.digest) == ["a", "b"])
    }

    @Test func `a subject outside of the set is refused`() throws {
        var shelf = Shelf()
        let absent = try shelf.manifest(layers: [shelf.put("elsewhere")])
        let proof = try shelf.manifest(subject: absent)
        #expect(try shelf.walk([("a", proof)]).findings.map(\.reason) == ["graph.subject"])
    }

    @Test func `one digest with two sizes is refused`() throws {
        var shelf = Shelf()
        let layer = shelf.put("l", as: .layer)
        let a = try shelf.manifest(layers: [layer])
        let b = try shelf.manifest(layers: [layer.with(size: 2)])
        let findings = try shelf.walk([("a", a), ("b", b)]).findings
        #expect(findings.map(\.reason) == ["blob.size"])
        #expect(findings.first?.fault == .content)
    }

    @Test func `one digest as two kinds is refused`() throws {
        var shelf = Shelf()
        let manifest = try shelf.manifest()
        let a = try shelf.index([manifest])
        let b = try shelf.manifest(layers: [manifest.with(mediaType: .layer)])
        #expect(try shelf.walk([("a", a), ("b", b)]).findings.map(\.reason) == ["type.conflict"])
        let c = try shelf.index([manifest.with(mediaType: .ociIndex)])
        #expect(try shelf.walk([("a", a), ("c", c)]).findings.map(\.reason) == ["type.conflict"])
    }

    @Test(arguments: [MediaType.ociManifest, .dockerIndex])
    func `a layer with a document's type is refused`(type: MediaType) throws {
        var shelf = Shelf()
        let image = try shelf.manifest(layers: [shelf.put("l", as: type)])
        #expect(try shelf.walk([("a", image)]).findings.map(\.reason) == ["type.conflict"])
    }

    @Test func `schema 1 is refused wherever it is named`() throws {
        var shelf = Shelf()
        let old = shelf.put(
            "{\"schemaVersion\":1}",
            as: MediaType("application/vnd.docker.distribution.manifest.v1+prettyjws"))
        #expect(try shelf.walk([("a", old)]).findings.map(\.reason) == ["type.schema1"])
        let image = try shelf.manifest(layers: [old])
        #expect(try shelf.walk([("a", image)]).findings.map(\.reason) == ["type.schema1"])
    }

    @Test func `an index and index json name documents only`() throws {
        var shelf = Shelf()
        let blob = shelf.put("x")
        #expect(try shelf.walk([("a", blob)]).findings.map(\.reason) == ["type.unknown"])
        let index = try shelf.index([blob])
        #expect(try shelf.walk([("a", index)]).findings.map(\.reason) == ["type.unknown"])
    }

    @Test func `a document that is not there is missing, with the names of who wants it`() throws {
        var shelf = Shelf()
        let manifest = try shelf.manifest()
        let index = try shelf.index([manifest])
        shelf.lose(manifest.digest)
        let finding = try #require(try shelf.walk([("a", index)]).findings.first)
        #expect(finding.reason == "graph.missing")
        #expect(finding.fault == .content)
        #expect(finding.message.contains(index.digest.hex) && finding.message.contains(" of a "))
    }

    @Test func `sizes that no file has are refused and not added up`() throws {
        var shelf = Shelf()
        let children = (0..<1100).map { number in
            Descriptor(
                mediaType: .ociManifest, digest: Digest(of: Array("\(number)".utf8)),
                size: 9_007_199_254_740_991)
        }
        let index = try shelf.index(children)
        #expect(try shelf.walk([("a", index)]).findings.contains { $0.reason == "blob.toolarge" })
    }
}
