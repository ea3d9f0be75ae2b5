import LibCrypto
import Testing

@Suite(.enabled(if: OpenSSLTool.isInstalled)) struct CertificateTests {
    typealias Extensions = CertificateWorkshop.Extensions

    @Test func `a signer's certificate says what it was made with`() throws {
        let workshop = try CertificateWorkshop()
        let authority = try workshop.certificate("authority", Extensions.authority)
        let leaf = try workshop.certificate(
            "leaf", by: "authority", Extensions.signer + ["1.3.6.1.4.1.57264.1.8=ASN1:UTF8String:https://x"])
        #expect(leaf.isVersion3)
        #expect(!leaf.isAuthority)
        #expect(!leaf.isSelfIssued)
        #expect(leaf.allowsDigitalSignature)
        #expect(leaf.allowsCodeSigning)
        #expect(leaf.subjectAlternativeNames == [.uri("https://example.org/workflow@refs/tags/v1")])
        #expect(leaf.subjectText == "CN=leaf,O=Example")
        #expect(leaf.issuerText == authority.subjectText)
        #expect(try leaf.key().algorithm == .ecdsaP256)
        let value = try #require(leaf.extensionValue(oid: "1.3.6.1.4.1.57264.1.8"))
        #expect(decodeUTF8String(value) == "https://x")
        #expect(leaf.extensionValue(oid: "1.3.6.1.4.1.57264.1.9") == nil)

        #expect(authority.isAuthority)
        #expect(authority.isSelfIssued)
        #expect(!authority.allowsDigitalSignature)
        #expect(!authority.allowsCodeSigning)
        #expect(authority.subjectAlternativeNames.isEmpty)
    }

    @Test func `the validity is read to the second, and both ends belong to it`() throws {
        let one = try CertificateWorkshop().certificate(
            "one", Extensions.authority, from: "20260101000000Z", to: "20991231235959Z")
        #expect(one.notBefore == 1_767_225_600)
        #expect(one.notAfter == 4_102_444_799)
        for (time, valid) in [
            (one.notBefore - 1, false), (one.notBefore, true), (one.notAfter, true),
            (one.notAfter + 1, false),
        ] {
            #expect(one.isValid(at: time) == valid)
        }
    }

    @Test func `a use that is not stated is not allowed`() throws {
        let workshop = try CertificateWorkshop()
        _ = try workshop.certificate("authority", Extensions.authority)
        let silent = try workshop.certificate("silent", by: "authority", [])
        #expect(!silent.allowsDigitalSignature)
        #expect(!silent.allowsCodeSigning)
        let any = try workshop.certificate(
            "any", by: "authority", ["keyUsage=keyAgreement", "extendedKeyUsage=anyExtendedKeyUsage"])
        #expect(!any.allowsDigitalSignature)
        #expect(!any.allowsCodeSigning)
    }

    @Test(arguments: [
        ("URI:https://example.org/a%20b", AlternativeName.uri("https://example.org/a%20b")),
        ("email:ada@example.org", .email("ada@example.org")),
        ("otherName:1.3.6.1.4.1.57264.1.7;UTF8:ada!example.org", .fulcioOtherName("ada!example.org")),
        ("otherName:1.3.6.1.4.1.57264.1.7;IA5:ada", .other("a name of another kind")),
        ("otherName:1.3.6.1.4.1.57264.1.6;UTF8:ada", .other("a name of another kind")),
        ("URI:https://example.org/a b", .other("a URI that is not plain ASCII")),
        ("email:ada@example.org\u{e9}", .other("an e-mail address that is not plain ASCII")),
        ("DNS:example.org", .other("a DNS name")),
        ("IP:127.0.0.1", .other("an IP address")),
    ])
    func `an alternative name keeps its kind`(made: String, read: AlternativeName) throws {
        let one = try CertificateWorkshop().certificate("one", ["subjectAltName=\(made)"])
        #expect(one.subjectAlternativeNames == [read])
    }

    @Test func `a NUL does not end a name`() throws {
        let one = try CertificateWorkshop().certificate("one", ["subjectAltName=URI:https://a.org/Z.b.org"])
        let der = one.der.replacing(bytes(text: "a.org/Z.b"), with: bytes(text: "a.org/\0.b"))
        #expect(
            try Certificate(der: der).subjectAlternativeNames == [.other("a URI that is not plain ASCII")])
    }

    @Test func `two names are both seen`() throws {
        let one = try CertificateWorkshop().certificate(
            "one", ["subjectAltName=URI:https://example.org,email:ada@example.org"])
        #expect(
            one.subjectAlternativeNames == [.uri("https://example.org"), .email("ada@example.org")])
    }

    @Test func `bytes that are not one certificate in DER are refused`() throws {
        let one = try CertificateWorkshop().certificate("one", ["1.2.3.4=DER:0500", "1.2.3.5=DER:0500"])
        #expect(throws: CertificateError.unreadable(found: "other bytes")) { try Certificate(der: []) }
        #expect(throws: CertificateError.unreadable(found: "other bytes")) {
            try Certificate(der: one.der + [0])
        }
        #expect(throws: CertificateError.unreadable(found: "other bytes")) {
            try Certificate(der: one.der.dropLast())
        }
        // The same length in one byte more than it needs: BER, not DER.
        try #require(one.der.starts(with: [0x30, 0x82]))
        #expect(throws: CertificateError.unreadable(found: "an encoding other than DER")) {
            try Certificate(der: [0x30, 0x83, 0x00] + one.der[2...])
        }
        #expect(throws: CertificateError.unreadable(found: "the extension 1.2.3.4 twice")) {
            try Certificate(
                der: one.der.replacing([0x06, 0x03, 0x2a, 0x03, 0x05], with: [0x06, 0x03, 0x2a, 0x03, 0x04]))
        }
        let tooLong = one.der + [UInt8](repeating: 0, count: Certificate.maximumByteCount)
        #expect(throws: CertificateError.unreadable(found: "\(tooLong.count) bytes")) {
            try Certificate(der: tooLong)
        }
    }

    @Test func `a broken extension is refused`() throws {
        let one = try CertificateWorkshop().certificate("one", ["subjectAltName=URI:https://example.org"])
        // A length of the name that goes beyond its extension.
        let der = one.der.replacing(
            [0x86, 0x13] + bytes(text: "https"), with: [0x86, 0x23] + bytes(text: "https"))
        #expect(der != one.der)
        #expect(throws: CertificateError.unreadable(found: "an extension that is broken")) {
            try Certificate(der: der)
        }
    }

    @Test func `a line feed in a user name makes it another name`() throws {
        let one = try CertificateWorkshop().certificate(
            "one", ["subjectAltName=otherName:1.3.6.1.4.1.57264.1.7;UTF8:ada-eve"])
        for byte: UInt8 in [0x00, 0x0a, 0x1b, 0x7f, 0xff] {
            let der = one.der.replacing(
                bytes(text: "ada-eve"), with: bytes(text: "ada") + [byte] + bytes(text: "eve"))
            #expect(try Certificate(der: der).subjectAlternativeNames == [.other("a name of another kind")])
        }
    }

    @Test func `PEM is written as it is read, one block or several`() throws {
        let workshop = try CertificateWorkshop()
        let one = try workshop.certificate("one", Extensions.authority)
        let other = try workshop.certificate("other", Extensions.authority)
        let file = try #require(try OpenSSLTool.run(["x509", "-in", "one.pem"], in: workshop.folder))
        #expect(one.pem == file)
        #expect(try Certificate(pem: one.pem) == one)
        #expect(try Certificate.list(pem: one.pem + other.pem) == [one, other])
        #expect(try Certificate.list(pem: Array(repeating: one.pem, count: 16).flatMap(\.self)).count == 16)
        for refused in [
            [], bytes(text: "text\n"), one.pem + other.pem, PEM.block("PUBLIC KEY", try one.key().spki),
            PEM.block("TRUSTED CERTIFICATE", one.der), PEM.block("CERTIFICATE", one.der + [0]),
        ] {
            #expect(throws: CertificateError.self) { try Certificate(pem: refused) }
        }
        for refused in [[], one.pem + PEM.block("PUBLIC KEY", try one.key().spki)] {
            #expect(throws: CertificateError.self) { try Certificate.list(pem: refused) }
        }
        #expect(throws: CertificateError.self) {
            try Certificate.list(pem: Array(repeating: one.pem, count: 17).flatMap(\.self))
        }
    }

    @Test func `a name that would steer a terminal is escaped, and a long one cut`() throws {
        let workshop = try CertificateWorkshop()
        let one = try workshop.certificate("one", [], subject: "/CN=a\u{1b}[31mb")
        #expect(one.subjectText == #"CN=a\1B[31mb"#)
    }
}

@Suite struct UTF8StringTests {
    @Test(arguments: [
        ("0c00", ""), ("0c0161", "a"), ("0c02c3a9", "\u{e9}"),
    ])
    func `a UTF8String is read`(hex: String, text: String) {
        #expect(decodeUTF8String(bytes(hex)) == text)
    }

    @Test(arguments: [
        ("nothing", ""), ("another type", "130161"), ("a byte behind it", "0c016100"),
        ("a byte too few", "0c0261"),
        ("not UTF-8", "0c01ff"), ("a surrogate", "0c03eda080"), ("a length in two bytes", "0c810161"),
        ("no stated length", "2c800c01610000"), ("in pieces", "2c030c0161"),
    ])
    func `anything else is none`(why: String, hex: String) {
        #expect(decodeUTF8String(bytes(hex)) == nil, "\(why)")
    }
}
