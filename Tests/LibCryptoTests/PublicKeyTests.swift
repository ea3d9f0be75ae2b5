import LibCrypto
import Testing

@Suite struct PublicKeyTests {
    static let ed25519Prefix = "302a300506032b6570032100"

    @Test(arguments: [
        (FixedKey.p256, KeyAlgorithm.ecdsaP256),
        (FixedKey.rsa3072, KeyAlgorithm.rsa(bits: 3072)),
    ])
    func `a key is read from PEM and written as it was`(fixed: FixedKey, algorithm: KeyAlgorithm) throws {
        let key = try PublicKey(pem: fixed.bytes)
        #expect(key.algorithm == algorithm)
        #expect(key.pem == fixed.bytes)
        #expect(key.id == SHA256.hash(key.spki))
        #expect(try PublicKey(spki: key.spki) == key)
    }

    @Test(arguments: [
        (FixedKey.rsa1024, "RSA of 1024 bits"),
        (FixedKey.rsa2048, "RSA of 2048 bits"),
        (FixedKey.rsa3070, "RSA of 3070 bits"),
        (FixedKey.rsa4098, "RSA of 4098 bits"),
        (
            FixedKey.rsa3072Exponent3,
            "an RSA public exponent other than an odd number from 65537 to 2147483647"
        ),
        (FixedKey.rsaPSS, "RSA-PSS"),
        (FixedKey.p192, "ECDSA on prime192v1"),
        (FixedKey.p384, "ECDSA on secp384r1"),
        (FixedKey.secp256k1, "ECDSA on secp256k1"),
        (FixedKey.p256Explicit, "an elliptic curve with explicit parameters"),
        (FixedKey.p256Compressed, "a point that is not in the uncompressed form"),
        (FixedKey.p256Hybrid, "a point that is not in the uncompressed form"),
        (FixedKey.x25519, "X25519"),
        (FixedKey.ed448, "ED448"),
        (FixedKey.dsa, "DSA"),
    ])
    func `a key outside the rules is refused and says what it is`(fixed: FixedKey, found: String) {
        let error = #expect(throws: KeyError.self) { try PublicKey(pem: fixed.bytes) }
        #expect(error == .weak(found: found))
        #expect(error?.reason == "key.weak")
        #expect(error?.kind == .trust)
    }

    @Test(arguments: [
        ("0, order 4", "0000000000000000000000000000000000000000000000000000000000000000"),
        ("0 with the sign", "0000000000000000000000000000000000000000000000000000000000000080"),
        ("1, the identity", "0100000000000000000000000000000000000000000000000000000000000000"),
        ("1 with the sign", "0100000000000000000000000000000000000000000000000000000000000080"),
        ("order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
        ("order 8 with the sign", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"),
        ("order 8, other", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
        ("order 8, other with the sign", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"),
        ("p - 1, order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ("p - 1 with the sign", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
        ("p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ("p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ("p + 1 with the sign", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"),
        ("2^255 - 1", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    ])
    func `an Ed25519 point of low order or in a second spelling is refused`(why: String, point: String) {
        let error = #expect(throws: KeyError.self) { try PublicKey(spki: bytes(Self.ed25519Prefix + point)) }
        #expect(error?.reason == "key.weak", "\(why)")
    }

    @Test(arguments: [
        ("p - 2", "ebffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
        ("the base point", "5866666666666666666666666666666666666666666666666666666666666666"),
    ])
    func `an Ed25519 point beside the refused ones is read`(why: String, point: String) throws {
        #expect(try PublicKey(spki: bytes(Self.ed25519Prefix + point)).algorithm == .ed25519, "\(why)")
    }

    @Test(arguments: [
        ("nothing", ""),
        ("text", "hello\n"),
        ("half a block", "-----BEGIN PUBLIC KEY-----\nMFkw"),
        ("another block", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"),
        ("broken DER", "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n"),
        ("two keys", FixedKey.p256.pem + FixedKey.rsa3072.pem),
        ("the same key twice", FixedKey.p256.pem + FixedKey.p256.pem),
        (
            "a broken block behind",
            FixedKey.p256.pem + "-----BEGIN PUBLIC KEY-----\n!!\n-----END PUBLIC KEY-----\n"
        ),
    ])
    func `what is not one public key is refused`(why: String, pem: String) {
        let error = #expect(throws: KeyError.self) { try PublicKey(pem: bytes(text: pem)) }
        #expect(error?.reason == "key.syntax", "\(why)")
        #expect(error?.kind == .usage)
    }

    @Test func `an escape sequence in a PEM label does not reach the message`() {
        let pem = "-----BEGIN \u{1b}[2J-----\nMAA=\n-----END \u{1b}[2J-----\n"
        let error = #expect(throws: KeyError.self) { try PublicKey(pem: bytes(text: pem)) }
        #expect(error?.description.utf8.contains(0x1b) == false)
    }

    @Test func `a key with bytes behind it or cut short is refused`() throws {
        for fixed in [FixedKey.p256, .rsa3072] {
            let spki = try PublicKey(pem: fixed.bytes).spki
            #expect(throws: KeyError.self) { try PublicKey(spki: spki + [0]) }
            #expect(throws: KeyError.self) { try PublicKey(spki: spki.dropLast()) }
        }
    }

    @Test func `an RSA key whose length is spelled in another way is refused`() throws {
        var spki = try PublicKey(pem: FixedKey.rsa3072.bytes).spki
        #expect(Array(spki[..<4]) == [0x30, 0x82, 0x01, 0xa2])
        spki.replaceSubrange(..<4, with: [0x30, 0x83, 0x00, 0x01, 0xa2])
        #expect(throws: KeyError.self) { try PublicKey(spki: spki) }
    }

    @Test func `a point off the curve is refused`() throws {
        var spki = try PublicKey(pem: FixedKey.p256.bytes).spki
        spki[90] ^= 1
        #expect(throws: KeyError.self) { try PublicKey(spki: spki) }
    }

    @Test(arguments: [
        FixedKey.p256Private, FixedKey.p256PBES1, FixedKey.rsa3072Private, FixedKey.rsa3072PrivateLegacy,
    ])
    func `a private key in place of a public one is named without its text`(fixed: FixedKey) {
        let error = #expect(throws: KeyError.self) { try PublicKey(pem: fixed.bytes) }
        #expect(error == .isPrivate)
        #expect(error?.reason == "key.isprivate")
        #expect(error?.kind == .usage)
        let mixed = #expect(throws: KeyError.self) { try PublicKey(pem: FixedKey.p256.bytes + fixed.bytes) }
        #expect(mixed == .isPrivate)
    }

    @Test func `a private key in DER in place of a public one is named`() {
        let der = bytes(
            "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
        )
        #expect(throws: KeyError.isPrivate) { try PublicKey(spki: der) }
    }
}
