import CommandRunner
import Foundation
import LibCrypto
import StrictJSON
import Testing

@testable import Trust

@Suite struct TrustedRootTests {
    private static func text() throws -> String {
        try String(
            contentsOfFile: CommandRunner.checkout + "/testdata/trust/trusted_root.json", encoding: .utf8)
    }

    private func refusal(_ text: String) -> EvidenceFault? {
        fault { () throws(EvidenceFault) in _ = try TrustedRoot.read(bytes(text), name: "root.json") }
    }

    @Test func `a trusted root is read with its authorities and logs`() throws {
        let roots = try TrustedRoot.read(bytes(Self.text()), name: "root.json")
        let root = try #require(roots.first)
        #expect(roots.count == 1)
        #expect(root.certificateAuthorities.map(\.chain.count) == [2])
        #expect(root.timestampAuthorities.map(\.chain.count) == [2])
        #expect(root.logs.map(\.key.algorithm) == [.ecdsaP256, .ed25519])
        #expect(root.ctLogs.count == 1)
        #expect(root.skippedLogs.isEmpty)
        #expect(root.newestStart == Timestamp("2026-01-01T00:00:00Z"))
        #expect(root.logs.map(\.host) == root.logs.map { $0.baseURL.replacing("https://", with: "") })
    }

    @Test func `instances on lines of their own are read one by one, and stay apart`() throws {
        let value = try StrictJSON.parse(bytes(Self.text()), name: "root", limits: JSONLimits(bytes: 1 << 20))
        let line = String(decoding: try value.canonical(), as: UTF8.self)
        #expect(try TrustedRoot.read(bytes(line), name: "one").count == 1)
        let roots = try TrustedRoot.read(bytes(line + "\n\r\n" + line + "\n"), name: "two")
        #expect(roots.map(\.name) == ["two, line 1", "two, line 2"])
        #expect(refusal(line + "\n{}\n{\"a\":1}")?.reason == .root)
        #expect(refusal(String(repeating: line + "\n", count: 33))?.reason == .root)
    }

    @Test func `a log whose key is of another kind is left out and named`() throws {
        let other = "MCowBQYDK2VuAyEAaSzS8zxidzCLhHkGEnGB1M964dHxjWiVBKgiTHfOL7s="
        let text = try Self.text()
        let key = try #require(try TrustedRoot.read(bytes(text), name: "r").first?.logs.last?.key)
        let root = try #require(
            try TrustedRoot.read(bytes(text.replacingOnce(Base64.encode(key.spki), other)), name: "r").first)
        #expect(root.logs.count == 1)
        #expect(root.skippedLogs.count == 1)
    }

    @Test func `an RSA key may stand without its wrapping`() throws {
        let pem = try String(
            contentsOfFile: CommandRunner.checkout + "/testdata/keys/vendor-rsa.pub", encoding: .utf8)
        let rsa = try VerificationKey(pem: bytes(pem))
        // A SubjectPublicKeyInfo of RSA 3072 is 24 bytes and the bare key.
        let bare = Array(rsa.spki.dropFirst(24))
        let text = try Self.text()
        let log = try #require(try TrustedRoot.read(bytes(text), name: "r").first?.logs.first)
        let changed = try text.replacingOnce(Base64.encode(log.key.spki), Base64.encode(bare))
            .replacing(
                #""keyDetails": "PKIX_ECDSA_P256_SHA_256""#, with: #""keyDetails": "PKCS1_RSA_PKCS1V5""#)
        let root = try #require(try TrustedRoot.read(bytes(changed), name: "r").first)
        #expect(root.logs.first?.key == rsa)
    }

    @Test(arguments: [
        ("trustedroot+json;version=0.1", "trustedroot+json;version=0.3"),
        (#""tlogs""#, #""tlog""#),
        (#""ctlogs": ["#, #""ctlogs": [{},"#),
        (#""certificateAuthorities": ["#, #""certificateAuthorities": [{},"#),
    ])
    func `another document is refused as a root`(old: String, new: String) throws {
        #expect(refusal(try Self.text().replacingOnce(old, new))?.reason == .root)
    }

    @Test func `a certificate that is none, or a chain of none, refuses the root`() throws {
        let text = try Self.text()
        let root = try #require(try TrustedRoot.read(bytes(text), name: "r").first)
        let der = try #require(root.certificateAuthorities.first?.chain.first?.der)
        #expect(refusal(try text.replacingOnce(Base64.encode(der), "AAAA"))?.reason == .root)
        #expect(refusal("")?.reason == .root)
        #expect(refusal("[]")?.reason == .root)
        #expect(refusal(String(repeating: " ", count: TrustedRoot.byteLimit + 1))?.reason == .root)
    }

    @Test func `what a root is to give is told by what it has, and never guessed where it has nothing`()
        throws
    {
        let root = try #require(try TrustedRoot.read(bytes(Self.text()), name: "r").first)
        #expect(try RequiredChecks(for: root) == RequiredChecks(tlog: 1, sct: 1, time: 1))
        #expect(
            try RequiredChecks(for: root, tlog: 0, sct: 2, time: 3)
                == RequiredChecks(tlog: 0, sct: 2, time: 3))
        let empty = #"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#
        let bare = try #require(try TrustedRoot.read(bytes(empty), name: "bare").first)
        for (tlog, sct) in [(nil, 0), (0, nil), (nil, nil)] as [(Int?, Int?)] {
            let found = fault { () throws(EvidenceFault) in
                _ = try RequiredChecks(for: bare, tlog: tlog, sct: sct)
            }
            #expect(found?.reason == .root)
        }
        #expect(try RequiredChecks(for: bare, tlog: 0, sct: 0) == RequiredChecks(tlog: 0, sct: 0, time: 1))
        #expect(bare.newestStart == nil)
    }

    @Test(arguments: [(0, 0, 0), (-1, 0, 1), (0, -1, 1), (33, 0, 1)])
    func `numbers that ask for no time, or for nothing that can be, are refused`(
        tlog: Int, sct: Int, time: Int
    ) {
        let found = fault { () throws(EvidenceFault) in
            _ = try RequiredChecks(tlog: tlog, sct: sct, time: time)
        }
        #expect(found?.reason == .root)
    }
}
