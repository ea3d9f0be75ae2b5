import OCI
import Testing

@testable import BundleFormat

@Suite struct EvidenceDepthTests {
    @Test(arguments: [(8, []), (9, ["graph.depth"])])
    func `evidence about evidence is read for eight levels`(levels: Int, reasons: [String]) throws {
        var shelf = Shelf()
        let image = try shelf.manifest()
        var (roots, subject) = ([entry(.image, image)], image)
        for level in 1...levels {
            subject = try shelf.manifest(layers: [shelf.put("\(level)")], subject: subject)
            roots.append(entry(.referrer, subject))
        }
        #expect(try walk(roots, in: shelf).map(\.reason) == reasons)
    }

    @Test func `signature tags count as levels too`() throws {
        var shelf = Shelf()
        let image = try shelf.manifest()
        var (roots, subject) = ([entry(.image, image)], image.digest)
        for level in 1...9 {
            let signature = try shelf.manifest(layers: [shelf.put("\(level)")])
            roots.append(entry(.signature, signature, tag: OCI.Tag(cosign: .sig, of: subject)))
            subject = signature.digest
        }
        let findings = try walk(roots, in: shelf)
        #expect(findings.map(\.reason) == ["graph.depth"])
        #expect(findings.first?.message.contains(roots.last?.digest.description ?? "") == true)
    }

    @Test(arguments: [(10_000, []), (10_001, ["graph.count"])])
    func `a repository holds ten thousand pieces of evidence`(count: Int, reasons: [String]) throws {
        var shelf = Shelf()
        let image = try shelf.manifest()
        var roots = [entry(.image, image)]
        for number in 0..<count {
            roots.append(
                entry(.referrer, try shelf.manifest(layers: [shelf.put("\(number)")], subject: image)))
        }
        #expect(try walk(roots, in: shelf).map(\.reason) == reasons)
    }

    private func entry(_ kind: IndexEntry.Kind, _ descriptor: Descriptor, tag: OCI.Tag? = nil) -> IndexEntry {
        IndexEntry(
            kind: kind, repository: Self.repository, tag: tag, descriptor: descriptor, sourceName: "x.test/a")
    }

    private func walk(_ roots: [IndexEntry], in shelf: Shelf) throws -> [Finding] {
        var walk = GraphWalk(try BundleIndex(roots)) { shelf.blobs[$0.digest] }
        try walk.run()
        return walk.findings
    }

    private static let repository: RepositoryName = {
        guard let name = try? RepositoryName("a") else { preconditionFailure("a is a repository name") }
        return name
    }()
}
