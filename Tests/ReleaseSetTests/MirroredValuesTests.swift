import OCI
import Testing

@testable import ReleaseSet

@Suite struct MirroredValuesTests {
    static let zero = "sha256:" + String(repeating: "0", count: 64)

    @Test(arguments: [
        "complete", "first-service-only", "comments", "anchors", "crlf", "flow", "flow-plain", "empty",
    ])
    func `a vendor's values file becomes the golden one and no other byte changes`(kind: String) throws {
        let mirrored = try Fixtures.mirrored(Fixtures.bytes("\(kind).yaml"))
        let expected = try Fixtures.bytes("\(kind).mirrored.yaml")
        #expect(String(decoding: mirrored.bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
        #expect(mirrored.bytes == expected)
        #expect(mirrored.unplaced.isEmpty)
    }

    @Test(arguments: [
        "complete", "first-service-only", "comments", "anchors", "crlf", "flow", "flow-plain", "empty",
    ])
    func `what is mirrored already does not change again`(kind: String) throws {
        let once = try Fixtures.mirrored(Fixtures.bytes("\(kind).yaml"))
        let twice = try Fixtures.mirrored(once.bytes)
        #expect(twice.changes.isEmpty)
        #expect(twice.bytes == once.bytes)
    }

    @Test func `every service of the manifest is pinned to the manifest's digest`() throws {
        let mirrored = try Fixtures.mirrored(Fixtures.bytes("comments.yaml"))
        let values = try ReleaseValues(mirrored.bytes)
        let references = Set(values.imageUses().map { values.reference(of: $0) })
        for image in try Fixtures.manifest().images {
            let expected = "registry.example.com/cloudgrid/\(image.shortName)@\(image.digest)"
            #expect(references.contains(expected), "\(expected)")
        }
    }

    @Test func `changes tags and foreign images are told`() throws {
        let mirrored = try Fixtures.mirrored(Fixtures.bytes("comments.yaml"))
        #expect(
            mirrored.changes.first
                == MirroredValues.Change(
                    key: "global.imageRegistry", old: "ghcr.io/cloudgrid-dev", new: Fixtures.location))
        #expect(mirrored.changes.contains { $0.key == "bff.image.digest" && $0.old == Self.zero })
        #expect(mirrored.changes.contains { $0.key == "controlPlane.image.digest" && $0.old == nil })
        #expect(
            mirrored.tags.map(\.key) == [
                "otlpCollector.image.tag", "storageWrite.image.tag", "nats.bundled.image.tag",
            ])
        #expect(mirrored.tags.first?.tag == "latest")
        #expect(mirrored.foreign == ["docker.io/library/nats:2.10"])
    }

    @Test(arguments: [
        ("global:\n  imageRegistry: a.b\n", "10.0.0.1:5000", "imageRegistry: \"10.0.0.1:5000\"\n"),
        ("global:\n  imageRegistry: a.b\n", "[::1]:5000/x", "imageRegistry: \"[::1]:5000/x\"\n"),
        ("global:\n  imageRegistry: a.b\n", "localhost:5000", "imageRegistry: localhost:5000\n"),
        ("global: {imageRegistry: a.b}\n", "localhost:5000", "{imageRegistry: \"localhost:5000\"}\n"),
        ("global: {imageRegistry: 'a.b'}\n", "localhost:5000", "{imageRegistry: 'localhost:5000'}\n"),
        ("global:\n  imageRegistry:\n", "localhost:5000", "imageRegistry: localhost:5000\n"),
        ("global:\n  imageRegistry: # none\n", "localhost:5000", "imageRegistry: localhost:5000 # none\n"),
        ("global:\n  imageRegistry: a.b\n...\n# end\n", "c.d", "  imageRegistry: c.d\nbff:\n"),
    ])
    func `a location is quoted where its place needs it`(text: String, location: String, part: String) throws
    {
        let mirrored = try Fixtures.mirrored(text, to: location)
        #expect(String(decoding: mirrored.bytes, as: UTF8.self).contains(part))
        #expect(try ReleaseValues(mirrored.bytes).registry == location)
    }

    @Test(arguments: [
        ("global: &g\n  imageRegistry: &r a.b\nnote: *r\n", "global.imageRegistry", "note"),
        ("x-r: &r a.b\nglobal: {imageRegistry: *r}\nnote: [*r]\n", "global.imageRegistry", "note.[0]"),
        ("global: &g {imageRegistry: a.b}\nother: *g\n", "global.imageRegistry", "other.imageRegistry"),
        ("global: &g {imageRegistry: a.b}\nother: {<<: *g}\n", "global.imageRegistry", "other.imageRegistry"),
        ("global: &g {a: b}\nother: {<<: *g}\n", "global.imageRegistry", "other.<<"),
        ("&k a.b: 1\nglobal: {imageRegistry: *k}\n", "global.imageRegistry", "(key)"),
    ])
    func `a node that something else uses too is refused`(text: String, key: String, other: String) throws {
        #expect {
            try Fixtures.mirrored(text)
        } throws: { error in
            guard case .valuesShared(key, _, let others)? = error as? ReleaseSetError else { return false }
            return others.contains(other)
        }
    }

    @Test func `one digest for two services is refused`() throws {
        let text = """
            x-image: &i {digest: "\(Self.zero)"}
            bff: {image: {<<: *i, repository: cloudgrid-bff}}
            storageRead: {image: {<<: *i, repository: cloudgrid-storage-read}}
            """
        #expect { try Fixtures.mirrored(text) } throws: {
            ($0 as? ReleaseSetError)?.reason == "values.shared"
        }
    }

    @Test(arguments: [
        ("- a\n", "values.shape"),
        ("text\n", "values.shape"),
        ("global: text\n", "values.shape"),
        ("global: {imageRegistry: {}}\n", "values.shape"),
        ("bff: {image: ghcr.io/cloudgrid-dev/cloudgrid-bff}\n", "values.shape"),
        ("bff: {image: {repository: cloudgrid-storage-read}}\n", "values.repository"),
        ("bff: {image: {repository: ghcr.io/x/other}}\n", "values.repository"),
        ("global: {imageRegistry}\n", "values.edit"),
        ("global: {imageRegistry: !!null ''}\n", "values.edit"),
        ("global: {imageRegistry: !!int 5}\n", "values.edit"),
        ("global:\n  imageRegistry: |\n\n    a.b\n", "values.edit"),
        ("global:\n  imageRegistry: &a:b\n", "values.edit"),
        ("motd: |\n  text", "values.edit"),
        ("? global\n: {imageRegistry: a.b}\n", "values.edit"),
    ])
    func `values that cannot be changed safely are refused`(text: String, reason: String) throws {
        #expect { try Fixtures.mirrored(text) } throws: { ($0 as? ReleaseSetError)?.reason == reason }
    }

    @Test func `an image without a place in the values is told`() throws {
        var json = String(decoding: try Fixtures.bytes("release-manifest.json"), as: UTF8.self)
        json = json.replacing("cloudgrid-dev/cloudgrid-bff", with: "cloudgrid-dev/cloudgrid-new")
        let manifest = try ReleaseManifest(json: Array(json.utf8))
        let mirrored = try ReleaseValues(try Fixtures.bytes("complete.yaml"))
            .mirrored(to: try RegistryLocation(Fixtures.location), manifest: manifest)
        #expect(mirrored.unplaced.count == 1)
        #expect(mirrored.unplaced.first?.hasPrefix("ghcr.io/cloudgrid-dev/cloudgrid-new@sha256:") == true)
        #expect(mirrored.foreign.first?.hasPrefix("ghcr.io/cloudgrid-dev/cloudgrid-bff@") == true)
    }

    /// The manifest of the fixtures with a ninth image.
    private func withZebra() throws -> ReleaseManifest {
        let text = String(decoding: try Fixtures.bytes("release-manifest.json"), as: UTF8.self)
        let zebra = """
            { "image": "ghcr.io/cloudgrid-dev/cloudgrid-zebra", "versionTag": "v1.0.0-beta", "digest": "\(Self.zero)" },
            """
        let all = text.replacing("\"images\": [", with: "\"images\": [" + zebra)
        return try ReleaseManifest(json: Array(all.utf8))
    }

    @Test func `a ninth service is pinned where the chart's values have its block`() throws {
        let chart = try ReleaseValues(
            Array(
                "global: {imageRegistry: a.b}\njobs:\n  zebra:\n    image: {repository: cloudgrid-zebra, tag: ''}\n"
                    .utf8))
        let mirrored = try ReleaseValues([]).mirrored(
            to: try RegistryLocation(Fixtures.location), manifest: try withZebra(), chart: [chart])
        #expect(mirrored.unplaced.isEmpty)
        let values = try ReleaseValues(mirrored.bytes)
        let use = values.imageUses().first { $0.path == ["jobs", "zebra", "image"] }
        #expect(use?.repository == "cloudgrid-zebra" && use?.digest == Self.zero)
    }

    @Test func `a ninth service without a block is carried and named`() throws {
        let mirrored = try ReleaseValues([]).mirrored(
            to: try RegistryLocation(Fixtures.location), manifest: try withZebra())
        #expect(mirrored.unplaced == ["ghcr.io/cloudgrid-dev/cloudgrid-zebra@\(Self.zero)"])
        #expect(!String(decoding: mirrored.bytes, as: UTF8.self).contains("zebra"))
    }
}
