import LibCrypto
import Testing
import Trust

@Suite struct SignerPolicyTests {
    let signers: Signers

    init() throws {
        signers = try Signers()
    }

    @Test func `a policy without a key is refused`() {
        let error = #expect(throws: TrustError.self) { try SignerPolicy(keys: []) }
        #expect(error == .noKeys)
        #expect(error?.reason == "trust.none")
        #expect(error?.kind == .usage)
    }

    @Test func `a key that is listed twice is refused`() throws {
        let key = signers.ada.publicKey
        let again = try PublicKey(pem: key.pem)
        let error = #expect(throws: TrustError.self) { try SignerPolicy(keys: [key, again], threshold: 2) }
        #expect(error == .duplicateKey(signers.ada.id))
        #expect(error?.reason == "policy.duplicatekey")
        #expect(error?.kind == .trust)
    }

    @Test(arguments: [-1, 0, 3, Int.max])
    func `a threshold that cannot hold is refused`(threshold: Int) {
        let keys = [signers.ada.publicKey, signers.bob.publicKey]
        let error = #expect(throws: TrustError.self) { try SignerPolicy(keys: keys, threshold: threshold) }
        #expect(error == .threshold(threshold, keys: 2))
        #expect(error?.reason == "policy.threshold")
    }

    @Test func `without a threshold every key must sign`() throws {
        let policy = try SignerPolicy(keys: [signers.ada.publicKey, signers.bob.publicKey])
        #expect(policy.threshold == 2)
    }
}
