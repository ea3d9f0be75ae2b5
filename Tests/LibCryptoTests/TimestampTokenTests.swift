import CommandRunner
import Foundation
import LibCrypto
import Testing

/// An authority for timestamps that says whatever a test wants, through `openssl cms`.
private struct TimestampForge {
    typealias Extensions = CertificateWorkshop.Extensions
    static let signer = ["keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,timeStamping"]
    static let message = bytes(text: "a signature")

    let workshop: CertificateWorkshop
    let root: Certificate
    let signer: Certificate

    init(
        signer: [String] = Self.signer, window: (String, String) = ("20260101000000Z", "20260102000000Z"),
        rootWindow: (String, String) = ("20200101000000Z", "20300101000000Z"),
    ) throws {
        workshop = try CertificateWorkshop()
        root = try workshop.certificate(
            "root", Extensions.authority, from: rootWindow.0, to: rootWindow.1)
        self.signer = try workshop.certificate("tsa", by: "root", signer, from: window.0, to: window.1)
    }

    static func info(
        time: String = "20260101120000Z", version: UInt8 = 1, algorithm: [UInt8] = TestDER.sha256,
        imprint: [UInt8] = SHA256.hash(message),
    ) -> [UInt8] {
        TestDER.sequence(
            TestDER.integer(version), bytes("06032a0304"),
            TestDER.sequence(TestDER.sequence(algorithm, TestDER.null), TestDER.octets(imprint)),
            TestDER.integer(7), TestDER.value(0x18, bytes(text: time)))
    }

    static func response(status: UInt8 = 0, _ token: [UInt8]) -> [UInt8] {
        TestDER.sequence(TestDER.sequence(TestDER.integer(status)), token)
    }

    func token(
        _ info: [UInt8] = Self.info(), by signers: [String] = ["tsa"], hash: String = "sha256",
        options: [String] = ["-cades"],
    ) throws -> [UInt8] {
        try workshop.write("info", info)
        let by = signers.flatMap { ["-signer", "\($0).pem", "-inkey", "\($0).key"] }
        return try workshop.run(
            ["cms", "-sign", "-binary", "-nodetach", "-in", "info", "-outform", "DER", "-md", hash]
                + ["-econtent_type", "1.2.840.113549.1.9.16.1.4"] + by + options)
    }

    func timestamp(
        _ info: [UInt8] = Self.info(), by signers: [String] = ["tsa"], hash: String = "sha256",
        options: [String] = ["-cades"],
    ) throws -> TimestampToken {
        try TimestampToken(
            response: Self.response(token(info, by: signers, hash: hash, options: options)))
    }
}

@Suite(.enabled(if: OpenSSLTool.isInstalled)) struct TimestampTokenTests {
    typealias Extensions = CertificateWorkshop.Extensions
    static let message = TimestampForge.message

    /// What a check finds wrong; `nil` for nothing.
    private static func fault(
        _ timestamp: TimestampToken, _ authority: [Certificate], over message: [UInt8] = message,
    ) -> TimestampError? {
        do throws(TimestampError) {
            try timestamp.verify(over: message, authority: authority)
            return nil
        } catch {
            return error
        }
    }

    /// What OpenSSL says of the token's own signature; `nil` where that is not what is wrong.
    private static func reason(_ timestamp: TimestampToken, _ authority: [Certificate]) -> String? {
        if case .signature(let reason) = fault(timestamp, authority) { reason } else { nil }
    }

    @Test func `a timestamp by the authority's signer proves its time, with the certificate in it or not`()
        throws
    {
        let forge = try TimestampForge()
        for options in [["-cades"], ["-cades", "-nocerts"], ["-cades", "-certfile", "root.pem"]] {
            let timestamp = try forge.timestamp(options: options)
            #expect(timestamp.time == 1_767_268_800)
            #expect(Self.fault(timestamp, [forge.signer, forge.root]) == nil)
        }
    }

    @Test(arguments: ["-sha256", "-sha384", "-sha512"])
    func `what openssl ts makes is verified`(hash: String) throws {
        // openssl ts knows no time but now, so the certificates are made for long.
        let forge = try TimestampForge(
            window: ("20200101000000Z", "20990101000000Z"), rootWindow: ("20200101000000Z", "20990101000000Z")
        )
        let workshop = forge.workshop
        try workshop.write("message", Self.message)
        try workshop.write(
            "ts.cnf",
            bytes(
                text: """
                    [tsa]
                    default_tsa = t
                    [t]
                    serial = ts-serial
                    signer_digest = sha256
                    default_policy = 1.2.3.4
                    digests = sha256, sha384, sha512
                    ess_cert_id_alg = sha256
                    """))
        try workshop.write("ts-serial", bytes(text: "01\n"))
        _ = try workshop.run("ts", "-query", "-data", "message", hash, "-cert", "-out", "query")
        _ = try workshop.run(
            "ts", "-reply", "-config", "ts.cnf", "-queryfile", "query", "-signer", "tsa.pem", "-inkey",
            "tsa.key", "-chain", "root.pem", "-out", "reply")
        let reply = [UInt8](try Data(contentsOf: workshop.folder.appending(path: "reply")))
        let timestamp = try TimestampToken(response: reply)
        #expect(Self.fault(timestamp, [forge.signer, forge.root]) == nil)
        #expect(Self.fault(timestamp, [forge.root]) == nil)
        #expect(Self.fault(timestamp, [forge.signer, forge.root], over: [1]) == .otherMessage)
    }

    @Test func `both ends of the signer's and of the root's validity belong to it`() throws {
        let window = ("20260101100000Z", "20260101110000Z")
        let wide = ("20200101000000Z", "20300101000000Z")
        for (forge, named) in try [
            (TimestampForge(window: window), "CN=tsa,O=Example"),
            (TimestampForge(window: wide, rootWindow: window), "CN=root,O=Example"),
        ] {
            let authority = [forge.signer, forge.root]
            for (time, seconds, inside) in [
                ("20260101095959Z", 1_767_261_599, false), ("20260101100000Z", 1_767_261_600, true),
                ("20260101110000Z", 1_767_265_200, true), ("20260101110001Z", 1_767_265_201, false),
            ] {
                let timestamp = try forge.timestamp(TimestampForge.info(time: time))
                #expect(timestamp.time == seconds)
                let fault = TimestampError.outsideValidity(subject: named, time: Int64(seconds))
                #expect(Self.fault(timestamp, authority) == (inside ? nil : fault), "\(time) \(named)")
            }
        }
    }

    @Test func `another signer of the same root is not the one that the authority names`() throws {
        let forge = try TimestampForge()
        let other = try forge.workshop.certificate("other", by: "root", TimestampForge.signer)
        let timestamp = try forge.timestamp(by: ["other"])
        #expect(Self.fault(timestamp, [forge.signer, forge.root]) == .otherSigner("CN=other,O=Example"))
        #expect(Self.fault(timestamp, [other, forge.root]) == nil)
        #expect(Self.fault(timestamp, [forge.root]) == nil)
        let without = try forge.timestamp(by: ["other"], options: ["-cades", "-nocerts"])
        #expect(Self.reason(without, [forge.root]) == "signer certificate not found")
    }

    @Test func `an authority of the same names with other keys is another`() throws {
        let (forge, other) = try (TimestampForge(), TimestampForge())
        let timestamp = try forge.timestamp()
        #expect(Self.fault(timestamp, [other.signer, other.root]) != nil)
        #expect(Self.reason(timestamp, [other.root])?.hasPrefix("certificate verify error") == true)
        #expect(Self.fault(timestamp, [forge.signer, other.root]) != nil)
        #expect(Self.fault(timestamp, [forge.signer]) != nil)
        #expect(Self.fault(timestamp, []) == .chain(.count(0)))
        #expect(
            Self.fault(timestamp, Array(repeating: forge.root, count: 17)) == .chain(.count(17)))
    }

    @Test func `a certificate in the token leads nowhere`() throws {
        let forge = try TimestampForge()
        let middle = try forge.workshop.certificate("middle", by: "root", Extensions.authority)
        let far = try forge.workshop.certificate("far", by: "middle", TimestampForge.signer)
        let timestamp = try forge.timestamp(by: ["far"], options: ["-cades", "-certfile", "middle.pem"])
        #expect(Self.fault(timestamp, [far, middle, forge.root]) == nil)
        guard case .chain(.noPath) = Self.fault(timestamp, [forge.root]) else {
            Issue.record("the token's own intermediate was taken")
            return
        }
    }

    @Test(arguments: [
        ["keyUsage=critical,digitalSignature", "extendedKeyUsage=timeStamping"],
        ["keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,timeStamping,codeSigning"],
        ["keyUsage=critical,digitalSignature", "extendedKeyUsage=critical,codeSigning"],
        ["keyUsage=critical,digitalSignature"],
        ["keyUsage=critical,keyAgreement", "extendedKeyUsage=critical,timeStamping"],
    ])
    func `a signer is for time stamping alone, and critically`(extensions: [String]) throws {
        let forge = try TimestampForge(signer: extensions)
        #expect(
            try Self.reason(forge.timestamp(), [forge.signer, forge.root])
                == "certificate verify error: Verify error:unsuitable certificate purpose")
    }

    @Test func `an authority that is for another use is none for timestamps`() throws {
        let forge = try TimestampForge()
        let middle = try forge.workshop.certificate(
            "middle", by: "root", Extensions.authority + ["extendedKeyUsage=codeSigning"])
        let far = try forge.workshop.certificate("far", by: "middle", TimestampForge.signer)
        #expect(
            try Self.fault(forge.timestamp(by: ["far"]), [far, middle, forge.root])
                == .chain(.wrongUse(subject: "CN=middle,O=Example", use: .timeStamping)))
    }

    @Test func `a token names its signer's certificate`() throws {
        let forge = try TimestampForge()
        let reason = try Self.reason(forge.timestamp(options: []), [forge.signer, forge.root])
        #expect(reason == "missing signing certificate attribute")
    }

    @Test func `one signer signs, with a hash that holds`() throws {
        let forge = try TimestampForge()
        let other = try forge.workshop.certificate("other", by: "root", TimestampForge.signer)
        let refused = TimestampError.signature("not exactly one signer with SHA-256, SHA-384 or SHA-512")
        #expect(
            try Self.fault(forge.timestamp(by: ["tsa", "other"]), [forge.signer, other, forge.root])
                == refused)
        #expect(try Self.fault(forge.timestamp(hash: "sha1"), [forge.signer, forge.root]) == refused)
    }

    @Test func `no byte of what is signed can be changed`() throws {
        let forge = try TimestampForge()
        let token = try forge.token()
        let changed = token.replacing(bytes(text: "20260101120000Z"), with: bytes(text: "20260101120001Z"))
        #expect(changed != token)
        let timestamp = try TimestampToken(response: TimestampForge.response(changed))
        #expect(timestamp.time == 1_767_268_801)
        #expect(Self.reason(timestamp, [forge.signer, forge.root]) == "signature failure")
        var last = token
        last[last.count - 1] ^= 1
        let broken = try TimestampToken(response: TimestampForge.response(last))
        #expect(Self.reason(broken, [forge.signer, forge.root]) == "signature failure")
    }

    @Test func `a response is read only if it grants a token over a hash that holds`() throws {
        let forge = try TimestampForge()
        let token = try forge.token()
        let good = TimestampForge.response(token)
        _ = try TimestampToken(response: good)
        _ = try TimestampToken(response: TimestampForge.response(status: 1, token))
        let sha1 = TimestampForge.info(algorithm: TestDER.sha1, imprint: [UInt8](repeating: 1, count: 20))
        let refused: [(String, [UInt8])] = try [
            ("other bytes", []), ("other bytes", good + [0]), ("other bytes", good.dropLast()),
            ("other bytes", token),
            ("the status 2", TimestampForge.response(status: 2, [])),
            ("other bytes", TimestampForge.response([])),
            ("version 2", TimestampForge.response(forge.token(TimestampForge.info(version: 2)))),
            (
                "another hash than SHA-256, SHA-384 and SHA-512",
                TimestampForge.response(forge.token(sha1))
            ),
            (
                "a time that is none",
                TimestampForge.response(forge.token(TimestampForge.info(time: "20261301120000Z")))
            ),
            ("65537 bytes", [UInt8](repeating: 0, count: 65_537)),
        ]
        for (found, bytes) in refused {
            #expect(throws: TimestampError.unreadable(found: found)) { try TimestampToken(response: bytes) }
        }
    }

    @Test func `an imprint of another length is over nothing`() throws {
        let forge = try TimestampForge()
        for imprint in [[], SHA256.hash(Self.message).dropLast(), SHA256.hash(Self.message) + [0]] {
            let timestamp = try forge.timestamp(TimestampForge.info(imprint: imprint))
            #expect(Self.fault(timestamp, [forge.signer, forge.root]) == .otherMessage)
        }
    }
}
