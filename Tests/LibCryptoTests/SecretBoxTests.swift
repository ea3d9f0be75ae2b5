import Testing

@testable import LibCrypto

@Suite struct SecretBoxTests {
    private static let key = [UInt8](0..<32)
    private static let nonce = [UInt8](0..<24)

    /// Made with PyNaCl 1.5 (libsodium): the bytes 0 to 199, and none.
    private static let boxes: [(bytes: [UInt8], box: [UInt8])] = [
        (
            [UInt8](0..<200),
            bytes(
                "f7e080af1bd9298baad4b0b699189beb5efe3a4cc3cfa417b33585356482449842b454cc983029f80fbb7d8f49dabffe"
                    + "a3fad7f66195d32591a4cab2564b856c13705aacc7a2ea7884261d86265ca9ca9cc1bd5a41538faa5cbbcb9a863ec6cd"
                    + "a68280a8c64b78afc161c4517e66b9f1e13b66e53be7340f4703bb24f492316753bd50eea657e81ee5bb60fa01b42ac4"
                    + "1b488f6fbf1e5538a81208517b04ba05ce857ec7bff8781cf887e4f67f5f14b2f71787444e16e57f43892f1d5a2fa7f7"
                    + "298492f796d5d6d66a34533056e511007a6cb2c05cdc6604")
        ),
        ([], bytes("28fd82cd7386c5471a24d8ad2a525b6e")),
    ]

    @Test func `a box is the one that libsodium makes, and opens`() {
        for (bytes, box) in Self.boxes {
            #expect(SecretBox.seal(bytes, key: Self.key, nonce: Self.nonce) == box)
            #expect(SecretBox.open(box, key: Self.key, nonce: Self.nonce) == bytes)
        }
    }

    @Test func `every length opens to what it was`() {
        for count in [1, 31, 32, 33, 63, 64, 65, 95, 96, 97, 1000] {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let box = SecretBox.seal(bytes, key: Self.key, nonce: Self.nonce)
            #expect(box.count == count + SecretBox.tagCount)
            #expect(SecretBox.open(box, key: Self.key, nonce: Self.nonce) == bytes)
        }
    }

    @Test func `a changed or shortened box does not open`() {
        let box = Self.boxes[0].box
        for place in [0, 15, 16, 215] {
            var changed = box
            changed[place] ^= 0x80
            #expect(SecretBox.open(changed, key: Self.key, nonce: Self.nonce) == nil)
        }
        for count in [0, 1, 15, 16, 215] {
            #expect(SecretBox.open([UInt8](box[..<count]), key: Self.key, nonce: Self.nonce) == nil)
        }
    }

    /// D. J. Bernstein, "Cryptography in NaCl", section 8: firstkey, nonceprefix and secondkey.
    @Test func `HSalsa20 gives the key of its author's example`() {
        let first = bytes("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389")
        let nonce = bytes("69696ee955b62b73cd62bda875fc73d6")
        #expect(
            Salsa20.subkey(key: first, nonce: nonce)
                == bytes("dc908dda0b9344a953629b733820778880f3ceb421bb61b91cbd4c3e66256ce4"))
    }
}
