import Testing

@testable import LibCrypto

@Suite struct SealedKeyTests {
    @Test func `a sealed key opens with its pass phrase alone`() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let sealed = try key.sealed(with: [1, 2])
        let opened = try PrivateKey(opening: sealed) { () throws(KeyError) in [1, 2] }
        #expect(opened.publicKey == key.publicKey)
        for wrong: [UInt8] in [[], [1], [1, 2, 3], [2, 1]] {
            #expect(throws: KeyError.passphrase) {
                try PrivateKey(opening: sealed) { () throws(KeyError) in wrong }
            }
        }
    }

    @Test func `no byte of it can be changed`() throws {
        let sealed = try PrivateKey.generate(.ed25519).sealed(with: [])
        let (salt, nonce, box) = (sealed.salt, sealed.nonce, sealed.box)
        var changed: [(String, SealedKey)] = []
        for place in [0, 31] {
            changed.append(
                ("salt", try SealedKey(cost: 65_536, salt: salt.flipped(place), nonce: nonce, box: box)))
        }
        for place in [0, 15, 16, 23] {
            changed.append(
                ("nonce", try SealedKey(cost: 65_536, salt: salt, nonce: nonce.flipped(place), box: box)))
        }
        for place in [0, 15, 16, box.count - 1] {
            changed.append(
                ("box", try SealedKey(cost: 65_536, salt: salt, nonce: nonce, box: box.flipped(place))))
        }
        changed.append(("cost", try SealedKey(cost: 32_768, salt: salt, nonce: nonce, box: box)))
        for (what, key) in changed {
            #expect(throws: KeyError.passphrase, "\(what)") {
                try PrivateKey(opening: key) { () throws(KeyError) in [] }
            }
        }
    }

    @Test func `two seals of one key have nothing in common`() throws {
        let key = try PrivateKey.generate(.ed25519)
        let (one, other) = try (key.sealed(with: [1]), key.sealed(with: [1]))
        #expect(one.cost == 65_536)
        #expect(one.salt != other.salt)
        #expect(one.nonce != other.nonce)
        #expect(one.box != other.box)
    }

    @Test func `what a seal may cost and measure is bounded`() throws {
        let sealed = try PrivateKey.generate(.ed25519).sealed(with: [])
        func made(cost: Int = 65_536, salt: Int = 32, nonce: Int = 24, box: Int = 48) throws(KeyError) {
            func some(_ count: Int) -> [UInt8] { [UInt8](repeating: 1, count: count) }
            _ = try SealedKey(cost: cost, salt: some(salt), nonce: some(nonce), box: some(box))
        }
        for cost in SealedKey.costs { try made(cost: cost) }
        for cost in [0, -1, 1, 16_384, 65_535, 262_144, 1 << 40] {
            #expect(throws: KeyError.self) { try made(cost: cost) }
        }
        for salt in [0, 31, 33] { #expect(throws: KeyError.self) { try made(salt: salt) } }
        for nonce in [0, 23, 25] { #expect(throws: KeyError.self) { try made(nonce: nonce) } }
        for box in [0, 15, 65_537] { #expect(throws: KeyError.self) { try made(box: box) } }
        #expect(sealed.box.count > 16)
    }

    @Test(arguments: [[], [1, 2, 3]] as [[UInt8]])
    func `sealed bytes that are no private key are refused`(secret: [UInt8]) throws {
        let sealed = try SealedKey(sealing: secret, with: [])
        #expect(try sealed.opened(with: []) == secret)
        let error = #expect(throws: KeyError.self) {
            try PrivateKey(opening: sealed) { () throws(KeyError) in [] }
        }
        #expect(error?.reason == "key.syntax")
    }
}

extension [UInt8] {
    fileprivate func flipped(_ place: Int) -> [UInt8] {
        var bytes = self
        bytes[place] ^= 1
        return bytes
    }
}
