import OCI
import Testing

@testable import ReleaseSet

/// Extra images and the pull secret in the values.
@Suite struct ExtraImageTests {
    static let kinds = [
        "complete", "first-service-only", "comments", "anchors", "crlf", "flow", "flow-plain", "empty",
        "pull-secrets",
    ]
    private let registry = "registry.example.com/cloudgrid"

    @Test(arguments: kinds)
    func `extra images and a pull secret are put where the golden file has them`(kind: String) throws {
        let mirrored = try Fixtures.mirroredWithExtras(Fixtures.bytes("\(kind).yaml"))
        let expected = try Fixtures.bytes("\(kind).extras.yaml")
        #expect(String(decoding: mirrored.bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        #expect(mirrored.bytes == expected)
        #expect(mirrored.unplaced.isEmpty)
        let again = try Fixtures.mirroredWithExtras(mirrored.bytes)
        #expect(again.changes.isEmpty)
        #expect(again.bytes == mirrored.bytes)
    }

    @Test(arguments: kinds)
    func `exactly the reported keys differ`(kind: String) throws {
        let before = try Leaves(of: Fixtures.bytes("\(kind).yaml"))
        let mirrored = try Fixtures.mirroredWithExtras(Fixtures.bytes("\(kind).yaml"))
        let after = try Leaves(of: mirrored.bytes)
        let keys = Set(before.texts.keys).union(after.texts.keys)
        let differing = keys.filter { before.texts[$0] != after.texts[$0] && !$0.hasPrefix("x-") }
        // A null or an empty collection is a leaf of its own, which goes when keys come.
        let gone = differing.filter { key in
            after.texts[key] == nil && mirrored.changes.contains { $0.key.hasPrefix(key + ".") }
        }
        #expect(differing.subtracting(gone) == Set(mirrored.changes.map(\.key)))
        for change in mirrored.changes { #expect(after.texts[change.key] == change.new) }
    }

    @Test func `a bundled part is pinned by its full name and digest, and no tag is written`() throws {
        let values = try ReleaseValues(try Fixtures.mirroredWithExtras("").bytes)
        let references = values.imageUses().map { values.reference(of: $0) }
        let nats = Digest(of: Array("nats".utf8))
        let database = Digest(of: Array("surrealdb".utf8))
        #expect(references.contains("\(registry)/nats@\(nats)"))
        #expect(references.contains("\(registry)/approved/database@\(database)"))
        #expect(values.imageUses().allSatisfy { $0.tag == nil })
    }

    @Test func `an image that names no part is placed where the values name its source, or told`() throws {
        let other = ExtraImage(
            repository: try RepositoryName("tools/busybox"), digest: Digest(of: []),
            source: "docker.io/library/busybox:1.37")
        func mirrored(_ text: String) throws -> MirroredValues {
            try ReleaseValues(Array(text.utf8)).mirrored(
                to: try RegistryLocation(Fixtures.location), manifest: try Fixtures.manifest(),
                extras: [other])
        }
        let placed = try mirrored("job: {image: {repository: docker.io/library/busybox, tag: '1'}}\n")
        #expect(
            placed.changes.contains { $0.key == "job.image.digest" && $0.new == other.digest.description })
        #expect(placed.unplaced.isEmpty && placed.foreign.isEmpty)
        let told = try mirrored("job: {image: {repository: docker.io/library/other, tag: '1'}}\n")
        #expect(told.unplaced == ["docker.io/library/busybox@\(other.digest)"])
        #expect(told.foreign == ["docker.io/library/other:1"])
    }

    @Test func `of two images for one part neither is chosen`() throws {
        let extras = try ["a/nats", "b/nats"].map {
            ExtraImage(
                repository: try RepositoryName($0), digest: Digest(of: Array($0.utf8)),
                source: "docker.io/\($0):1")
        }
        let mirrored = try ReleaseValues([]).mirrored(
            to: try RegistryLocation(Fixtures.location), manifest: try Fixtures.manifest(), extras: extras)
        #expect(mirrored.unplaced.map { $0.prefix(16) } == ["docker.io/a/nats", "docker.io/b/nats"])
        #expect(!mirrored.changes.contains { $0.key.hasPrefix("nats.") })
    }

    @Test(arguments: [
        ("docker.io/library/nats:2.12", "nats", "nats"),
        ("registry.example.com:5000/nats", "x", "nats"),
        ("docker.io/acme/broker@sha256:00", "messaging/nats", "nats"),
        ("docker.io/surrealdb/surrealdb:v2", "surrealdb", "surrealdb"),
        ("docker.io/library/nats-box:1", "nats-box", nil),
        ("nats.example.com/x:1", "x", nil),
    ])
    func `a part is told by the last component of a name`(source: String, name: String, part: String?) throws
    {
        let image = ExtraImage(repository: try RepositoryName(name), digest: Digest(of: []), source: source)
        #expect(image.bundledPart == part)
    }

    @Test(arguments: [
        ("global: {imagePullSecrets: []}\n", "global: {imagePullSecrets: [{name: cloudgrid-registry}]"),
        ("global: {imagePullSecrets: [ ]}\n", "imagePullSecrets: [{name: cloudgrid-registry} ]"),
        ("global: {imagePullSecrets: ~}\n", "imagePullSecrets: [{name: cloudgrid-registry}]"),
        ("global:\n  imagePullSecrets:\n", "  imagePullSecrets: [{name: cloudgrid-registry}]\n"),
        ("global:\n  imagePullSecrets: [{name: a}]\n", "[{name: a}, {name: cloudgrid-registry}]\n"),
        ("global:\n  imagePullSecrets:\n    - name: a\n", "    - name: a\n    - name: cloudgrid-registry\n"),
        (
            "global:\n  imagePullSecrets:\n    - name: a # b",
            "    - name: a # b\n    - name: cloudgrid-registry\n"
        ),
        ("global:\n  imagePullSecrets:\n  -\n    name: a\n", "    name: a\n  - name: cloudgrid-registry\n"),
        (
            "global:\n  imagePullSecrets:\n  - name: cloudgrid-registry\n",
            "  - name: cloudgrid-registry\n  imageR"
        ),
        (
            "x-s: &s\n- name: a\nglobal: {imagePullSecrets: *s}\n",
            "- name: a\n- name: cloudgrid-registry\nglobal"
        ),
        (
            "x-g: &g [ {name: a} ]\nglobal: {imagePullSecrets: *g}\n",
            "[ {name: a}, {name: cloudgrid-registry} ]"
        ),
        (
            "{\"global\": {\"imagePullSecrets\": []}}",
            "{\"imagePullSecrets\": [{\"name\": \"cloudgrid-registry\"}]"
        ),
    ])
    func `a pull secret is added to those that are there`(text: String, part: String) throws {
        let mirrored = try Fixtures.mirroredWithExtras(text)
        let found = String(decoding: mirrored.bytes, as: UTF8.self)
        #expect(found.contains(part), "\(found)")
    }

    @Test(arguments: [
        ("global: {imagePullSecrets: text}\n", "values.shape"),
        ("global: {imagePullSecrets: {name: a}}\n", "values.shape"),
        ("global: {imagePullSecrets: &s [], other: *s}\n", "values.shared"),
        ("nats: {bundled: {image: docker.io/library/nats}}\n", "values.shape"),
    ])
    func `values that cannot take them safely are refused`(text: String, reason: String) throws {
        #expect { try Fixtures.mirroredWithExtras(text) } throws: {
            ($0 as? ReleaseSetError)?.reason == reason
        }
    }

    @Test(arguments: ["cloudgrid-registry", "a", "0", "a.b-c.d9", String(repeating: "a", count: 253)])
    func `a name that Kubernetes takes is taken`(text: String) throws {
        #expect(try PullSecretName(text).text == text)
    }

    @Test(arguments: [
        "", "A", "a_b", "-a", "a-", "a..b", ".a", "a b", "a\n", "é", String(repeating: "a", count: 254),
    ])
    func `a name that Kubernetes does not take is refused`(text: String) throws {
        #expect(throws: ReleaseSetError.secretName(text)) { try PullSecretName(text) }
    }
}

/// Every scalar of a document by its keys, aliases followed and merges applied.
private struct Leaves {
    private(set) var texts: [String: String] = [:]

    init(of bytes: [UInt8]) throws {
        let document = try YAMLDocument(bytes)
        if let root = document.root { collect(root, "", document) }
    }

    private mutating func collect(_ id: Int, _ key: String, _ document: YAMLDocument) {
        func below(_ part: String) -> String { key.isEmpty ? part : key + "." + part }
        switch document.nodes[document.resolved(id)].content {
        case .scalar(let text, let style):
            texts[key] = style.isBlock && text.hasSuffix("\n") ? String(text.dropLast()) : text
        case .sequence(let items, _):
            if items.isEmpty { texts[key] = "[]" }
            for (number, item) in items.enumerated() { collect(item, below("[\(number)]"), document) }
        case .mapping:
            let entries = document.effectiveEntries(of: id)
            if entries.isEmpty { texts[key] = "{}" }
            for entry in entries { collect(entry.value, below(entry.key), document) }
        case .alias: break
        }
    }
}
