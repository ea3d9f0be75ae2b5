import OCI
import StrictJSON
import Testing

@Suite struct ManifestDocumentTests {
    static func descriptor(_ type: String = "application/vnd.oci.image.config.v1+json") -> JSONValue {
        Descriptor(of: Array("{}".utf8), mediaType: MediaType(type)).json
    }

    static func manifest(_ type: MediaType? = .ociManifest) -> JSONObject {
        var object: JSONObject = [
            "schemaVersion": 2, "config": descriptor(), "layers": [descriptor("application/x")],
        ]
        object["mediaType"] = type.map { .string($0.text) }
        return object
    }

    static func index(_ type: MediaType? = .ociIndex) -> JSONObject {
        var object: JSONObject = ["schemaVersion": 2, "manifests": [descriptor(MediaType.ociManifest.text)]]
        object["mediaType"] = type.map { .string($0.text) }
        return object
    }

    static func read(_ object: JSONObject, as type: MediaType) throws -> ManifestDocument {
        try ManifestDocument(try JSONValue.object(object).canonical(), name: "doc", mediaType: type)
    }

    static func reason(of object: JSONObject, as type: MediaType) throws -> String {
        try #require(throws: OCIError.self) { try read(object, as: type) }.reason
    }

    @Test(arguments: [MediaType.ociManifest, .dockerManifest])
    func `a manifest names its config and its layers`(type: MediaType) throws {
        var object = Self.manifest(type)
        object["annotations"] = ["a": "b"]
        object["artifactType"] = "application/y"
        object["subject"] = Self.descriptor(MediaType.ociManifest.text)
        let document = try Self.read(object, as: type)
        #expect(document.config != nil)
        #expect(document.layers.count == 1)
        #expect(document.manifests.isEmpty)
        #expect(document.references.count == 2)
        #expect(document.subject?.digest == Descriptor.empty.digest)
        #expect(document.annotations == ["a": "b"])
        #expect(document.artifactType == "application/y")
    }

    @Test(arguments: ["Layers", "CONFIG", "layer\u{17F}", "Manifests", "MediaType", "Subject", "fslayers"])
    func `a member that Go's readers take for another one is refused`(member: String) throws {
        for type in [MediaType.ociManifest, .dockerManifest] {
            var object = Self.manifest(type)
            object[member] = []
            #expect(try Self.reason(of: object, as: type) == "json.case")
        }
        var index = Self.index()
        index[member] = []
        #expect(try Self.reason(of: index, as: .ociIndex) == "json.case")
    }

    @Test(arguments: ["Digest", "MEDIATYPE", "\u{17F}ize", "URLs", "Data", "Platform", "Annotations"])
    func `a descriptor's member in another case is refused`(member: String) throws {
        var object = Self.manifest()
        guard case .object(var layer) = Self.descriptor("application/x") else { return }
        layer[member] = ""
        object["layers"] = [.object(layer)]
        #expect(try Self.reason(of: object, as: .ociManifest) == "json.case")
    }

    @Test func `annotations may differ by case from known members`() throws {
        var object = Self.manifest()
        object["annotations"] = ["Digest": "a", "digest": "b", "Layers": "c"]
        #expect(try Self.read(object, as: .ociManifest).annotations.count == 3)
    }

    @Test(arguments: [MediaType.ociIndex, .dockerIndex])
    func `an index names its manifests`(type: MediaType) throws {
        let document = try Self.read(Self.index(type), as: type)
        #expect(document.manifests.count == 1)
        #expect(document.config == nil)
        #expect(document.layers.isEmpty)
    }

    @Test(arguments: ["manifests", "fsLayers", "history", "signatures"])
    func `a manifest with a member of another kind is refused`(member: String) throws {
        var object = Self.manifest()
        object[member] = []
        #expect(try Self.reason(of: object, as: .ociManifest) == "type.confusion")
    }

    @Test(arguments: ["config", "layers", "fsLayers", "blobs"])
    func `an index with a member of another kind is refused`(member: String) throws {
        var object = Self.index()
        object[member] = .null
        #expect(try Self.reason(of: object, as: .ociIndex) == "type.confusion")
    }

    @Test(
        arguments: [
            (manifest(.dockerManifest), .ociManifest), (manifest(.ociManifest), .dockerManifest),
            (index(.dockerIndex), .ociIndex), (manifest(nil), .dockerManifest), (index(nil), .dockerIndex),
            (manifest(MediaType("application/vnd.oci.image.manifest.v1+json ")), .ociManifest),
        ] as [(JSONObject, MediaType)])
    func `a document that says another type of itself, or none where one is due, is refused`(
        object: JSONObject, type: MediaType,
    ) throws {
        #expect(try Self.reason(of: object, as: type) == "type.mismatch")
    }

    @Test func `OCI's documents may leave their media type out`() throws {
        #expect(try Self.read(Self.manifest(nil), as: .ociManifest).layers.count == 1)
        #expect(try Self.read(Self.index(nil), as: .ociIndex).manifests.count == 1)
    }

    @Test(
        arguments: [
            ("application/vnd.docker.distribution.manifest.v1+json", "type.schema1"),
            ("application/vnd.docker.distribution.manifest.v1+prettyjws", "type.schema1"),
            ("application/vnd.oci.image.config.v1+json", "type.unknown"), ("", "type.unknown"),
        ])
    func `a type that is no document of ours is refused`(type: String, reason: String) throws {
        #expect(try Self.reason(of: Self.manifest(nil), as: MediaType(type)) == reason)
    }

    @Test(
        arguments: [
            ("schemaVersion", 1, "manifest.shape"), ("schemaVersion", nil, "manifest.shape"),
            ("schemaVersion", "2", "json.number"),
            ("config", nil, "manifest.shape"), ("config", [], "manifest.shape"),
            ("layers", nil, "manifest.shape"),
            ("layers", ["not": "a list"], "manifest.shape"), ("layers", [1], "manifest.shape"),
            ("annotations", ["a": []], "manifest.shape"), ("subject", "sha256:00", "manifest.shape"),
            ("subject", .null, "manifest.shape"), ("mediaType", 5, "manifest.shape"),
        ] as [(String, JSONValue?, String)])
    func `a manifest of another shape is refused`(member: String, value: JSONValue?, reason: String) throws {
        var object = Self.manifest()
        object[member] = value
        #expect(try Self.reason(of: object, as: .ociManifest) == reason)
    }

    @Test(arguments: ["{\"schemaVersion\":2,\"schemaVersion\":2}", "[]", "", "{}x", "\u{FEFF}{}"])
    func `what is no strict JSON object is refused`(text: String) throws {
        let error = try #require(throws: OCIError.self) {
            try ManifestDocument(Array(text.utf8), name: "doc", mediaType: .ociManifest)
        }
        #expect(error.reason.hasPrefix("json."))
    }

    @Test(arguments: [(4096, nil), (4097, "graph.count")] as [(Int, String?)])
    func `an index has at most 4096 descriptors`(count: Int, reason: String?) throws {
        var object = Self.index()
        object["manifests"] = .array(
            Array(repeating: Self.descriptor(MediaType.ociManifest.text), count: count))
        if let reason {
            #expect(try Self.reason(of: object, as: .ociIndex) == reason)
        } else {
            #expect(try Self.read(object, as: .ociIndex).manifests.count == count)
        }
    }

    @Test func `a document has at most 4 MiB`() throws {
        var object = Self.manifest()
        object["x"] = .array(Array(repeating: .string(String(repeating: "x", count: 1 << 20)), count: 4))
        #expect(try Self.reason(of: object, as: .ociManifest) == "json.size")
    }
}
