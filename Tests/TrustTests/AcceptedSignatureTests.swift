import LibCrypto
import StrictJSON
import Testing
import Trust

/// Signatures that were made elsewhere, before they go into a bundle.
@Suite struct AcceptedSignatureTests {
    private let signers: Signers
    private let policy: SignerPolicy

    init() throws {
        signers = try Signers()
        policy = try SignerPolicy(keys: [signers.ada.publicKey, signers.bob.publicKey])
    }

    private func accept(
        _ bytes: [UInt8], over message: [UInt8] = Signers.message, by policy: SignerPolicy? = nil,
    ) throws -> AcceptedSignature {
        try AcceptedSignature(
            SignatureFile(name: "given", bytes: bytes), over: message, by: policy ?? self.policy)
    }

    @Test func `a bundle stays as it is, whatever its form`() throws {
        let file = try ForgedFile(by: signers.ada).file()
        let laidOut = Array(" \n".utf8) + file.bytes + Array("\n".utf8)
        for bytes in [file.bytes, laidOut] {
            let accepted = try accept(bytes)
            #expect(accepted.json == bytes)
            #expect(accepted.signer == signers.ada.signer)
        }
    }

    @Test func `a bare signature is put into a bundle with the key that made it`() throws {
        for key in [signers.ada, signers.bob] {
            let signature = try key.sign(Signers.message)
            let line = Array((Base64.encode(signature) + "\r\n").utf8)
            for bytes in [signature, line] {
                let accepted = try accept(bytes)
                #expect(accepted.signer == key.signer)
                #expect(try SigstoreBundle(json: accepted.json).signature == signature)
                let alone = try SignerPolicy(keys: [key.publicKey])
                let file = SignatureFile(name: "0", bytes: accepted.json)
                #expect(try alone.verify(Signers.message, signatures: [file]).signers == [key.signer])
            }
        }
    }

    /// One signature is one, however many a reader asks for; who counts is the same as there.
    @Test func `the threshold is not asked for, revocation is`() throws {
        let file = try signers.ada.file()
        #expect(policy.threshold == 2)
        #expect(try accept(file.bytes).signer == signers.ada.signer)
        let revoking = try SignerPolicy(keys: policy.keys, threshold: 1, revoked: [signers.ada.id])
        for bytes in [file.bytes, try signers.ada.sign(Signers.message)] {
            let error = #expect(throws: TrustError.self) { try accept(bytes, by: revoking) }
            #expect(error?.reason == "sig.revoked")
        }
    }

    @Test func `over other bytes or by another key nothing is accepted`() throws {
        let other = Array("other".utf8)
        let given = try [
            (signers.ada.file(other).bytes, "sig.bad"), (signers.bob.sign(other), "sig.nokey"),
            (signers.eve.file().bytes, "sig.nokey"), (signers.eve.sign(Signers.message), "sig.nokey"),
            ([], "sig.nokey"), (Array("{".utf8), "signature.shape"),
        ]
        for (bytes, reason) in given {
            let error = #expect(throws: TrustError.self) { try accept(bytes) }
            #expect(error?.reason == reason)
        }
    }
}
