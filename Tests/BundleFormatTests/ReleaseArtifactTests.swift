import BundleFormat
import OCI
import ReleaseSet
import StrictJSON
import Testing

@Suite struct ReleaseArtifactTests {
    static func file(_ name: String) throws -> ReleaseFile {
        ReleaseFile(name: try FileName(name), digest: Digest(of: Array(name.utf8)), size: 3)
    }

    static func sample() throws -> ReleaseArtifact {
        try ReleaseArtifact(
            version: ReleaseVersion("v1.0.0"), files: ["b.txt", "a.yaml", "c.tgz"].map { try file($0) })
    }

    static func read(_ bytes: [UInt8]) throws -> ReleaseArtifact {
        try ReleaseArtifact(
            try ManifestDocument(bytes, name: "artifact", mediaType: .ociManifest), bytes: bytes)
    }

    static func reason(changing change: (inout JSONObject) throws -> Void) throws -> String {
        var object = try StrictJSON.parseObject(
            try sample().json, name: "artifact", limits: JSONLimits(bytes: 1 << 20)
        ).object()
        try change(&object)
        let bytes = try JSONValue.object(object).canonical()
        return try #require(throws: Finding.self) { try read(bytes) }.reason
    }

    @Test func `its files are sorted by name, and its bytes are read again as they were`() throws {
        let artifact = try Self.sample()
        #expect(artifact.files.map(\.name.text) == ["a.yaml", "b.txt", "c.tgz"])
        #expect(try Self.read(try artifact.json) == artifact)
        #expect(artifact.file(named: "b.txt")?.digest == Digest(of: Array("b.txt".utf8)))
        #expect(artifact.file(named: "B.txt") == nil)
    }

    @Test func `the media type follows from the name`() throws {
        #expect(try Self.file("a.yaml").mediaType == MediaType("application/yaml"))
        #expect(try Self.file("a.spdx.json").mediaType == MediaType("application/spdx+json"))
        #expect(try Self.file("a.tgz").mediaType == .helmChart)
        #expect(try Self.file("a").mediaType == MediaType("application/octet-stream"))
    }

    @Test func `two names that are one where case does not count are refused`() {
        #expect(throws: ReleaseSetError.duplicateFileName("A.txt", "a.txt")) {
            try ReleaseArtifact(
                version: ReleaseVersion("v1.0.0"), files: [try Self.file("A.txt"), try Self.file("a.txt")])
        }
    }

    @Test func `a manifest that says no version, or a bad one, is refused`() throws {
        #expect(try Self.reason { $0["annotations"] = nil } == "release.shape")
        #expect(
            try Self.reason { $0["annotations"] = ["org.opencontainers.image.version": "1"] }
                == "version.syntax")
    }

    @Test(arguments: ["../a", ".a", "a/b", "con.txt", "a.", ""])
    func `a title that is no safe file name is refused`(title: String) throws {
        let layer = Descriptor(
            of: [1], mediaType: MediaType("text/plain"),
            annotations: ["org.opencontainers.image.title": title])
        #expect(try Self.reason { $0["layers"] = [layer.json] } == "name.path")
    }

    @Test func `a layer without a title is refused`() throws {
        let layer = Descriptor(of: [1], mediaType: MediaType("text/plain"))
        #expect(try Self.reason { $0["layers"] = [layer.json] } == "release.shape")
    }

    @Test func `any other member, order or media type is refused`() throws {
        #expect(try Self.reason { $0["x"] = 1 } == "release.canonical")
        #expect(try Self.reason { $0["artifactType"] = "application/x" } == "release.canonical")
        #expect(
            try Self.reason { object in
                guard case .array(let layers)? = object["layers"] else { return }
                object["layers"] = .array(layers.reversed())
            } == "release.canonical")
    }
}
