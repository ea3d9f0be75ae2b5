import LibCrypto
import Testing
import Trust

/// What a trust file asks of the vendor, as it is gone by.
@Suite struct TrustFileVendorTests {
    let signers: Signers

    init() throws {
        signers = try Signers()
    }

    private static let root =
        #"{"mediaType":"application/vnd.dev.sigstore.trustedroot.v0.2+json"}"#

    private func trust(_ changes: [String: String]) throws -> VendorTrust {
        var draft = TrustFileDraft()
        draft["roots"] = nil
        for (member, value) in changes { draft[member] = value }
        return try draft.read().vendorTrust { name in
            switch name {
            case "ada.pub": signers.ada.publicKey.pem
            case "bob.pub": signers.bob.publicKey.pem
            default: Array(Self.root.utf8)
            }
        }
    }

    /// What becomes of a bare signature by ada.
    private func fault(_ keys: String) throws -> EvidenceReason? {
        let message = Array("content".utf8)
        let bundle = try SigstoreBundle(signing: message, with: signers.ada).json
        let evidence = try SignedEvidence(bundle: bundle, name: "bundle")
        do {
            let judged = try trust(["keys": keys]).judge(
                evidence, over: Artifact(bytes: message), by: [.key("ada")], for: .none)
            guard case .accepted = judged else { return .key }
            return nil
        } catch let fault as EvidenceFault {
            return fault.reason
        }
    }

    private static let bob = #"{"name":"bob","file":"bob.pub"}"#

    @Test(
        arguments: [
            ("", nil), (#","tlog":"optional""#, nil), (#","tlog":"required""#, .log),
            (#","valid-from":"2026-01-01""#, .notime), (#","valid-to":"2026-12-31T23:59:59Z""#, .notime),
        ] as [(String, EvidenceReason?)])
    func `what a key asks for is asked of its signatures`(members: String, reason: EvidenceReason?) throws {
        #expect(try fault(#"[{"name":"ada","file":"ada.pub"\#(members)},\#(Self.bob)]"#) == reason)
    }

    @Test func `a key's window is the one of the file`() throws {
        let keys = try trust([
            "keys": #"[{"name":"ada","file":"ada.pub","valid-from":"2026-01-01","#
                + #""valid-to":"2026-12-31T23:59:59Z"},\#(Self.bob)]"#
        ]).keys
        #expect(keys[0].validFrom == Timestamp("2026-01-01T00:00:00Z"))
        #expect(keys[0].validTo == Timestamp("2026-12-31T23:59:59Z"))
        #expect(keys[1].validFrom == nil && keys[1].validTo == nil)
    }

    @Test func `the first policy that matches holds`() throws {
        let trust = try trust([
            "policies": #"[{"match":{"images":["ghcr.io/v/a"]},"any-of":[{"key":"bob"}]},"#
                + #"{"match":{"images":["ghcr.io/v/*"]},"any-of":[{"key":"ada"}]}]"#
        ])
        #expect(trust.policy(for: .image, "ghcr.io/v/a")?.anyOf == [.key("bob")])
        #expect(trust.policy(for: .image, "ghcr.io/v/b")?.anyOf == [.key("ada")])
        #expect(trust.policy(for: .image, "ghcr.io/v/b/c") == nil)
        #expect(trust.policy(for: .file, "ghcr.io/v/a") == nil)
    }

    @Test func `one key under two names is refused, whoever is to sign with it`() throws {
        let error = #expect(throws: TrustFileError.self) {
            try trust(["keys": #"[{"name":"ada","file":"ada.pub"},{"name":"bob","file":"ada.pub"}]"#])
        }
        #expect(error?.reason == "policy.duplicatekey")
    }

    @Test func `a root other than the pinned one is refused`() throws {
        func roots(_ digest: some CustomStringConvertible) -> [String: String] {
            [
                "roots": #"[{"name":"public","file":"root.json","sha256":"\#(digest)","#
                    + #""require":{"tlog":0,"sct":0}}]"#
            ]
        }
        let found = try #require(KeyID(bytes: SHA256.hash(Array(Self.root.utf8))))
        #expect(try trust(roots(found)).roots.map(\.name) == ["public"])
        let error = #expect(throws: TrustFileError.self) { try trust(roots(signers.ada.id)) }
        #expect(error?.reason == "policy.pin")
    }
}
