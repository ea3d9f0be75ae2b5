import Foundation
import OCI
import StrictJSON
import Testing

@Suite struct DescriptorTests {
    static let content = Array("hello".utf8)
    static let digest = Digest(of: content)

    /// The members of a good descriptor of `content`.
    static func good() -> JSONObject {
        ["mediaType": "text/plain", "digest": .string(digest.description), "size": 5]
    }

    static func read(_ object: JSONObject) throws(OCIError) -> Descriptor {
        try Descriptor(json: JSONNode(.object(object), document: "test.json"))
    }

    static func read(_ name: String, _ value: JSONValue?) throws(OCIError) -> Descriptor {
        var object = good()
        object[name] = value
        return try read(object)
    }

    @Test func `all members that are known are read`() throws {
        var object = Self.good()
        object["annotations"] = ["a": "b"]
        object["platform"] = ["os": "linux", "architecture": "arm64", "variant": "v8", "os.version": "1"]
        object["artifactType"] = "application/x"
        object["unknown"] = [1, "two"]
        let found = try Self.read(object)
        #expect(found.mediaType == MediaType("text/plain"))
        #expect(found.digest == Self.digest)
        #expect(found.size == 5)
        #expect(found.annotations == ["a": "b"])
        #expect(found.platform?.description == "linux/arm64/v8")
        #expect(found.artifactType == "application/x")
        #expect(!found.hasURLs)
    }

    @Test(
        arguments: [
            ("mediaType", nil, "manifest.shape"), ("mediaType", 1, "manifest.shape"),
            ("digest", nil, "manifest.shape"), ("digest", "sha256:00", "digest.syntax"),
            ("size", nil, "manifest.shape"),
            ("size", "5", "json.number"), ("size", -5, "json.number"),
            ("size", .number("5.0"), "json.number"),
            ("size", .number("5e0"), "json.number"), ("size", .number("9007199254740992"), "json.number"),
            ("size", .null, "manifest.shape"), ("annotations", ["a": 1], "manifest.shape"),
            ("annotations", [], "manifest.shape"), ("artifactType", [], "manifest.shape"),
            ("platform", ["os": "linux"], "manifest.shape"), ("platform", "linux/amd64", "manifest.shape"),
            ("urls", "http://example.com", "manifest.shape"), ("data", 5, "manifest.shape"),
        ] as [(String, JSONValue?, String)])
    func `a member of another shape is refused`(name: String, value: JSONValue?, reason: String) {
        let error = #expect(throws: OCIError.self) { try Self.read(name, value) }
        #expect(error?.reason == reason)
        #expect(error?.description.contains("test.json") == true)
    }

    @Test func `another algorithm is told as such`() {
        let error = #expect(throws: OCIError.self) {
            try Self.read("digest", .string("sha512:" + String(repeating: "0", count: 128)))
        }
        #expect(error?.reason == "digest.algorithm")
    }

    @Test func `urls or a type that means it make a layer foreign`() throws {
        #expect(try Self.read("urls", ["http://169.254.169.254/"]).isForeign)
        #expect(try !Self.read("urls", []).isForeign)
        let types = [
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            "application/vnd.oci.image.layer.nondistributable.v1.tar",
        ]
        for type in types { #expect(try Self.read("mediaType", .string(type)).isForeign) }
    }

    @Test func `embedded data is the content itself`() throws {
        #expect(try Self.read("data", "aGVsbG8=").digest == Self.digest)
    }

    @Test(arguments: [
        ("other bytes", "aGVsbE8="), ("fewer bytes", "aGVsbA=="), ("more bytes", "aGVsbG8h"),
        ("spare bits", "aGVsbG9="), ("the alphabet for URLs", "aGVs_G8="),
        ("padding within", "aGVs=G8="), ("padding alone", "===="), ("nothing", ""),
    ])
    func `embedded data that is something else is refused`(why: String, text: String) {
        let error = #expect(throws: OCIError.self) { try Self.read("data", .string(text)) }
        #expect(error?.reason == "descriptor.data")
        #expect(error?.isAboutContent == true)
    }

    @Test(arguments: [(65_536, nil), (65_537, "descriptor.datasize")] as [(Int, String?)])
    func `embedded data has at most 64 KiB`(count: Int, reason: String?) throws {
        let bytes = [UInt8](repeating: 7, count: count)
        var object = Self.good()
        object["digest"] = .string(Digest(of: bytes).description)
        object["size"] = .integer(Int64(count))
        object["data"] = .string(Data(bytes).base64EncodedString())
        do throws(OCIError) {
            #expect(try Self.read(object).size == Int64(count))
            #expect(reason == nil)
        } catch {
            #expect(error.reason == reason)
        }
    }

    @Test func `what is written is read again`() throws {
        let descriptor = Descriptor(
            of: Self.content, mediaType: MediaType("text/plain"), annotations: ["org.example": "x"])
        let again = try Descriptor(json: JSONNode(descriptor.json, document: "test.json"))
        #expect(again == descriptor)
    }

    @Test func `the empty descriptor is that of the specification`() throws {
        #expect(
            Descriptor.empty.digest.hex == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a")
        #expect(Descriptor.empty.size == 2)
    }
}
