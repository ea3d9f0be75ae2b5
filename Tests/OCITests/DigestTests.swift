import OCI
import Testing

@Suite struct DigestTests {
    static let hex = String(repeating: "0123456789abcdef", count: 4)

    @Test func `a digest keeps its 64 hex digits and says its algorithm`() throws {
        let digest = try Digest("sha256:" + Self.hex)
        #expect(digest.hex == Self.hex)
        #expect(digest.description == "sha256:" + Self.hex)
        #expect(Digest(hex: Self.hex.utf8) == digest)
    }

    static let malformed: [(String, String)] = [
        ("nothing", ""),
        ("no algorithm", hex),
        ("an empty algorithm", ":\(hex)"),
        ("no hex", "sha256:"),
        ("63 digits", "sha256:\(hex.dropLast())"),
        ("65 digits", "sha256:\(hex)0"),
        ("uppercase hex", "sha256:\(hex.uppercased())"),
        ("an uppercase algorithm", "SHA256:\(hex)"),
        ("a letter that is no digit", "sha256:\(hex.dropLast())g"),
        ("a trailing newline", "sha256:\(hex)\n"),
        ("a path", "sha256:../../x"),
        ("a combining mark", "sha256:\(hex.dropLast())a\u{301}"),
        ("a full-width digit", "sha256:\(hex.dropLast())\u{FF11}"),
        ("sha1", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ("md5", "md5:d41d8cd98f00b204e9800998ecf8427e"),
        ("sha512 of another length", "sha512:\(hex)"),
    ]

    @Test(arguments: malformed)
    func `a malformed digest is refused`(why: String, text: String) {
        #expect(throws: DigestError.malformed(text)) { try Digest(text) }
        #expect(DigestError.malformed(text).reason == "digest.syntax")
    }

    @Test(arguments: [("sha512", 2), ("blake3", 1)])
    func `another algorithm in good form is refused by its name`(name: String, times: Int) {
        let text = name + ":" + String(repeating: Self.hex, count: times)
        #expect(throws: DigestError.algorithm(name)) { try Digest(text) }
        #expect(DigestError.algorithm(name).reason == "digest.algorithm")
    }

    @Test func `the digest of bytes is their SHA-256`() {
        #expect(Digest(of: []).hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            Digest(of: Array("abc".utf8)).description
                == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func `digests are sorted by their hex digits`() throws {
        let texts = ["0", "9", "a", "f"].map { "sha256:" + String(repeating: $0, count: 64) }
        let sorted = try texts.reversed().map { try Digest($0) }.sorted()
        #expect(sorted.map(\.description) == texts)
    }
}
