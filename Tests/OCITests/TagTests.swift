import OCI
import Testing

@Suite struct TagTests {
    @Test(arguments: ["a", "_", "0", "v1.0.0-beta", "Sha-1.2_3", String(repeating: "t", count: 128)])
    func `a tag of the specification's grammar is kept as it is`(text: String) throws {
        #expect(try OCI.Tag(text).text == text)
    }

    @Test(arguments: [
        ("nothing", ""), ("a leading full stop", ".a"), ("a leading hyphen", "-a"), ("a slash", "a/b"),
        ("a colon", "a:b"),
        ("a plus", "v1+2"), ("a newline", "a\n"), ("a letter beyond ASCII", "\u{E4}"),
        ("a combining mark", "a\u{301}"),
        ("129 bytes", String(repeating: "t", count: 129)),
    ])
    func `any other tag is refused`(why: String, text: String) {
        #expect(throws: ReferenceError.tag(text)) { try OCI.Tag(text) }
        #expect(ReferenceError.tag(text).reason == "ref.tag")
    }

    @Test func `the tags of cosign and of the referrers schema are made of the subject's digest`() {
        let subject = Digest(of: [])
        #expect(OCI.Tag(referrersOf: subject).text == "sha256-" + subject.hex)
        #expect(OCI.Tag(cosign: .att, of: subject).text == "sha256-" + subject.hex + ".att")
    }

    @Test(arguments: OCI.Tag.CosignSuffix.allCases)
    func `a tag of cosign's form tells its subject`(suffix: OCI.Tag.CosignSuffix) throws {
        let subject = Digest(of: [1])
        #expect(try OCI.Tag("sha256-\(subject.hex).\(suffix.rawValue)").cosignSubject == subject)
    }

    @Test(arguments: ["", ".sig.sig", ".SIG", ".sbom2", "0.sig"])
    func `a tag of another form tells none`(ending: String) throws {
        #expect(try OCI.Tag("sha256-" + Digest(of: []).hex + ending).cosignSubject == nil)
        #expect(try OCI.Tag("sha512-" + Digest(of: []).hex + ".sig").cosignSubject == nil)
        #expect(try OCI.Tag("sha256-" + Digest(of: []).hex.uppercased() + ".sig").cosignSubject == nil)
    }
}
