import OCI
import Testing

@testable import ReleaseSet

@Suite struct DocumentFactsTests {
    static let hex = String(repeating: "0a", count: 32)

    static func facts(_ text: String, piece: Int = 7) throws -> DocumentFacts {
        var scan = DocumentScan(lookingFor: [try Digest("sha256:" + hex)])
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            Array(bytes[start...].prefix(piece)).withUnsafeBytes { scan.take($0) }
        }
        return scan.finish()
    }

    @Test(arguments: [
        "sha256:\(hex)", "sha256%3A\(hex)", "sha256%3a\(hex)", "x-\(hex)", "\(hex)", "a\\n\(hex)",
        "a\\u003a\(hex)",
        "\(hex.uppercased())", "@\(hex)\\b", "(\(hex))",
    ])
    func `a digest is found however it is spelled and wherever a piece ends`(text: String) throws {
        for piece in 1...9 {
            let facts = try Self.facts("{\"a\":[{\"b\":\"\(text)\"}]}", piece: piece)
            #expect(facts.digests.count == 1)
            #expect(!facts.namesOthers)
        }
    }

    @Test(arguments: ["0\(hex)", "\(hex)0", "x\(hex)", "\(hex)x", String(hex.dropLast()), ""])
    func `what is no digest of its own is none`(text: String) throws {
        #expect(try Self.facts("{\"a\":\"\(text)\"}").digests.isEmpty)
    }

    @Test func `digests that nobody looks for are told but not kept`() throws {
        let facts = try Self.facts("{\"a\":\"sha256:\(String(repeating: "b", count: 64))\"}")
        #expect(facts.digests.isEmpty && facts.namesOthers)
    }

    @Test(arguments: [
        ("{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"n\"}", true, false),
        ("{\"runs\": [ ], \"version\" : \"2.1.0\"}", false, true),
        ("{\"runs\":{},\"version\":\"2.1.0\"}", false, false),
        ("{\"a\":{\"spdxVersion\":\"SPDX-2.3\"}}", false, false),
        ("{\"name\":\"spdxVersion\",\"x\":\"SPDX-2.3\"}", false, false),
        ("[\"spdxVersion\",\"SPDX-2.3\"]", false, false),
        ("{\"spdxVersion\":\"SPDX-2.3\"", false, false),
        ("{\"spdxVersion\":\"SPDX-2.3\"}{}", false, false),
        ("", false, false),
    ])
    func `the kind comes from the members of the top level`(text: String, isSPDX: Bool, isSARIF: Bool) throws
    {
        let facts = try Self.facts(text, piece: 1)
        #expect(facts.isSPDX == isSPDX)
        #expect(facts.isSARIF == isSARIF)
    }
}
