import LibCrypto
import Testing

@Suite struct PrivateKeyTests {
    static let passphrase = bytes(text: "correct horse")

    static func unasked() throws(KeyError) -> [UInt8] {
        Issue.record("the pass phrase was asked for")
        return []
    }

    @Test(arguments: [GeneratedKey.ecdsaP256, .ed25519])
    func `a key written without a pass phrase is read without asking for one`(kind: GeneratedKey) throws {
        let key = try PrivateKey.generate(kind)
        let pem = try key.pem(encryptedWith: nil)
        #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let read = try PrivateKey(pem: pem, passphrase: Self.unasked)
        #expect(read.publicKey == key.publicKey)
        #expect(try key.publicKey.isValid(signature: read.sign([1]), over: [1]))
    }

    @Test(arguments: [GeneratedKey.ecdsaP256, .ed25519])
    func `a key written with a pass phrase opens with it alone`(kind: GeneratedKey) throws {
        let key = try PrivateKey.generate(kind)
        let pem = try key.pem(encryptedWith: Self.passphrase)
        #expect(String(decoding: pem, as: UTF8.self).hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
        let read = try PrivateKey(pem: pem) { () throws(KeyError) in Self.passphrase }
        #expect(read.publicKey == key.publicKey)
        for wrong in ["", "correct hors", "correct horse ", "correct horse\n"] {
            let error = #expect(throws: KeyError.self) {
                try PrivateKey(pem: pem) { () throws(KeyError) in bytes(text: wrong) }
            }
            #expect(error == .passphrase)
            #expect(error?.reason == "key.passphrase")
        }
    }

    @Test func `two generated keys differ`() throws {
        #expect(try PrivateKey.generate(.ed25519).publicKey != PrivateKey.generate(.ed25519).publicKey)
        #expect(try PrivateKey.generate(.ecdsaP256).publicKey.algorithm == .ecdsaP256)
        #expect(try PrivateKey.generate(.ed25519).publicKey.algorithm == .ed25519)
    }

    @Test func `the reason for having no pass phrase reaches the caller`() throws {
        let pem = try PrivateKey.generate(.ed25519).pem(encryptedWith: Self.passphrase)
        #expect(throws: KeyError.noPassphrase("no terminal")) {
            try PrivateKey(pem: pem) { () throws(KeyError) in throw .noPassphrase("no terminal") }
        }
    }

    @Test func `an empty pass phrase protects no key`() throws {
        let key = try PrivateKey.generate(.ed25519)
        #expect(throws: KeyError.noPassphrase("it is empty")) { try key.pem(encryptedWith: []) }
    }

    @Test(arguments: [FixedKey.rsa3072PrivateLegacy, .p256PBES1])
    func `a key under a pass phrase scheme of the past is refused`(fixed: FixedKey) {
        let error = #expect(throws: KeyError.self) {
            try PrivateKey(pem: fixed.bytes, passphrase: Self.unasked)
        }
        #expect(error?.reason == "key.weak")
    }

    @Test(arguments: [
        ("nothing", ""),
        ("a public key", FixedKey.p256.pem),
        ("two private keys", FixedKey.p256Private.pem + FixedKey.p256Private.pem),
        ("a cut block", String(FixedKey.p256Private.pem.prefix(100))),
    ])
    func `what is not one private key is refused`(why: String, pem: String) {
        let error = #expect(throws: KeyError.self) {
            try PrivateKey(pem: bytes(text: pem), passphrase: Self.unasked)
        }
        #expect(error?.reason == "key.syntax", "\(why)")
    }

    @Test(arguments: [
        "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY",
    ])
    func `a label alone makes no private key`(label: String) {
        let error = #expect(throws: KeyError.self) {
            try PrivateKey(pem: PEM.block(label, [0x30, 0x00]), passphrase: Self.unasked)
        }
        #expect(error?.reason == "key.syntax")
    }

    @Test func `bytes behind the key are refused`() {
        let der = bytes(
            "302e020100300506032b6570042204209d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
        )
        #expect(throws: Never.self) {
            try PrivateKey(pem: PEM.block("PRIVATE KEY", der), passphrase: Self.unasked)
        }
        #expect(throws: KeyError.self) {
            try PrivateKey(pem: PEM.block("PRIVATE KEY", der + [0]), passphrase: Self.unasked)
        }
    }

    @Test func `a wiped array is empty`() {
        var secret = bytes(text: "secret")
        secret.wipe()
        #expect(secret.isEmpty)
        secret.wipe()
        #expect(secret.isEmpty)
    }
}
