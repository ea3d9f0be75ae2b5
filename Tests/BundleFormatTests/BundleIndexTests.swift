import BundleFormat
import OCI
import StrictJSON
import Testing

@Suite struct BundleIndexTests {
    static let hex = String(repeating: "1", count: 64)
    static let refName = "org.opencontainers.image.ref.name"

    static func object(_ annotations: JSONObject, more: JSONObject = [:]) -> JSONValue {
        var entry: JSONObject = [
            "annotations": .object(annotations), "digest": .string("sha256:" + hex),
            "mediaType": .string(MediaType.ociManifest.text), "size": 10,
        ]
        for member in more.members { entry[member.name] = member.value }
        return .object(entry)
    }

    static func annotations(
        _ name: String = "bff", kind: String = "image", more: JSONObject = [:],
    ) -> JSONObject {
        var object: JSONObject = [
            "dev.cgbundle.kind": .string(kind), "io.containerd.image.name": "x.test/y:1",
            "org.opencontainers.image.ref.name": .string(name),
        ]
        for member in more.members { object[member.name] = member.value }
        return object
    }

    static func bytes(_ entries: [JSONValue], more: JSONObject = [:]) throws -> [UInt8] {
        var object: JSONObject = [
            "manifests": .array(entries), "mediaType": .string(MediaType.ociIndex.text), "schemaVersion": 2,
        ]
        for member in more.members { object[member.name] = member.value }
        return try JSONValue.object(object).canonical()
    }

    static func reasons(_ bytes: [UInt8]) throws -> [String] {
        try #require(throws: Refusal.self) { try BundleIndex.read(bytes) }.findings.map(\.reason)
    }

    @Test func `an index is sorted by ref name and read again as it was written`() throws {
        let index = try MiniRelease().index
        #expect(index.entries.map(\.refName) == ["charts/cloudgrid", "cloudgrid-bff", "releases/cloudgrid"])
        #expect(try BundleIndex.read(try index.json) == index)
        #expect(try BundleIndex(index.entries.reversed()) == index)
    }

    @Test(
        arguments: [
            ("image", "bff", [:]), ("extra-image", "team/nats", ["dev.cgbundle.tag": "2.10"]),
            ("chart", "charts/cloudgrid", [:]), ("release", "releases/cloudgrid", [:]),
            ("signature", "bff/sha256-\(hex).sig", [:]), ("referrer", "bff/referrers/sha256-\(hex)", [:]),
        ] as [(String, String, JSONObject)])
    func `each kind has its own form of ref name`(kind: String, name: String, more: JSONObject) throws {
        let bytes = try Self.bytes([Self.object(Self.annotations(name, kind: kind, more: more))])
        let entry = try #require(try BundleIndex.read(bytes).entries.first)
        #expect(entry.kind.rawValue == kind)
        #expect(entry.refName == name)
    }

    @Test(
        arguments: [
            ("image", "Bff", [:], "index.name"), ("image", "a:b", [:], "index.name"),
            ("image", "../a", [:], "index.name"),
            ("extra-image", "nats", [:], "index.shape"),
            ("extra-image", "nats", ["dev.cgbundle.tag": "a b"], "index.name"),
            ("signature", "bff/sha256-\(hex)", [:], "index.name"),
            ("signature", "sha256-\(hex).sig", [:], "index.name"),
            ("signature", "bff/latest", [:], "index.name"), ("referrer", "bff", [:], "index.name"),
            ("referrer", "bff/referrers/sha256-\(String(repeating: "2", count: 64))", [:], "index.name"),
            ("referrer", "/referrers/sha256-\(hex)", [:], "index.name"), ("layer", "bff", [:], "index.shape"),
            ("image", "bff", ["org.example": "x"], "index.shape"),
            ("image", "bff", ["dev.cgbundle.tag": "1"], "index.canonical"),
        ] as [(String, String, JSONObject, String)])
    func `anything else is refused by its word`(
        kind: String, name: String, more: JSONObject, reason: String,
    ) throws {
        let bytes = try Self.bytes([Self.object(Self.annotations(name, kind: kind, more: more))])
        #expect(try Self.reasons(bytes) == [reason])
    }

    @Test(arguments: ["dev.cgbundle.kind", "io.containerd.image.name", refName])
    func `an annotation that is missing is told`(name: String) throws {
        var annotations = Self.annotations()
        annotations[name] = nil
        #expect(try Self.reasons(try Self.bytes([Self.object(annotations)])) == ["index.shape"])
    }

    @Test func `all bad descriptors are told together`() throws {
        let bytes = try Self.bytes([
            Self.object(Self.annotations("Bff")), Self.object(Self.annotations("b", kind: "none")),
        ])
        #expect(try Self.reasons(bytes) == ["index.name", "index.shape"])
    }

    @Test func `two of one ref name are refused`() throws {
        let entry = Self.object(Self.annotations())
        #expect(try Self.reasons(try Self.bytes([entry, entry])) == ["index.duplicateref"])
    }

    @Test func `the bytes must be the canonical ones, in order and with nothing else`() throws {
        let (a, b) = (Self.object(Self.annotations("a")), Self.object(Self.annotations("b")))
        let others = try [
            Self.bytes([b, a]), Self.bytes([a], more: ["annotations": [:]]),
            Self.bytes([a]) + Array("\n".utf8),
            Self.bytes([
                Self.object(Self.annotations(), more: ["platform": ["os": "linux", "architecture": "s390x"]])
            ]),
            Self.bytes([Self.object(Self.annotations(), more: ["urls": ["http://x.test"]])]),
        ]
        for bytes in others { #expect(try Self.reasons(bytes) == ["index.canonical"]) }
    }

    @Test func `a descriptor that is none keeps the word of its own fault`() throws {
        let bytes = try Self.bytes([Self.object(Self.annotations(), more: ["digest": "sha256:AA"])])
        #expect(try Self.reasons(bytes) == ["digest.syntax"])
    }

    @Test(arguments: ["", "[]", "{}", "{\"manifests\":1}", "{\"a\":1,\"a\":1}"])
    func `what is no index is refused`(text: String) {
        #expect(throws: Refusal.self) { try BundleIndex.read(Array(text.utf8)) }
    }
}
