import LibCrypto
import Testing

@Suite(.enabled(if: OpenSSLTool.isInstalled)) struct VerificationKeyTests {
    static let message = bytes(text: "the signed bytes")

    struct Made: CustomTestStringConvertible, Sendable {
        let make: [String]
        let algorithm: KeyAlgorithm
        let hash: HashAlgorithm?
        var testDescription: String { algorithm.description }
    }

    static let made = [
        Made(make: ["ecparam", "-name", "prime256v1", "-genkey"], algorithm: .ecdsaP256, hash: .sha256),
        Made(make: ["ecparam", "-name", "secp384r1", "-genkey"], algorithm: .ecdsaP384, hash: .sha384),
        Made(make: ["ecparam", "-name", "secp521r1", "-genkey"], algorithm: .ecdsaP521, hash: .sha512),
        Made(make: ["genrsa", "2048"], algorithm: .rsa(bits: 2048), hash: .sha256),
        Made(make: ["genpkey", "-algorithm", "ED25519"], algorithm: .ed25519, hash: nil),
    ]

    @Test(arguments: made)
    func `a signature that openssl makes is valid over its message alone`(made: Made) throws {
        try OpenSSLTool.inFolder { folder in
            try #require(try OpenSSLTool.run(made.make, in: folder)).write(to: folder, "key")
            try Self.message.write(to: folder, "message")
            let key = try VerificationKey(
                pem: #require(try OpenSSLTool.run(["pkey", "-in", "key", "-pubout"], in: folder)))
            #expect(key.algorithm == made.algorithm)
            #expect(key.hash == made.hash)
            #expect(key.needsMessage == (made.hash == nil))
            #expect(try VerificationKey(spki: key.spki) == key)
            #expect(try VerificationKey(pem: key.pem) == key)
            #expect(key.id == SHA256.hash(key.spki))
            #expect(key.rawEd25519?.count == (made.hash == nil ? 32 : nil))

            var sign = ["pkeyutl", "-sign", "-inkey", "key", "-rawin", "-in", "message"]
            if let hash = made.hash { sign += ["-digest", "\(hash)"] }
            let signature = try #require(try OpenSSLTool.run(sign, in: folder))
            #expect(key.isValid(signature: signature, over: Self.message))
            #expect(!key.isValid(signature: signature, over: Self.message + [0]))
            #expect(!key.isValid(signature: signature + [0], over: Self.message))
            #expect(!key.isValid(signature: [], over: Self.message))

            for hash in HashAlgorithm.allCases {
                let digest = hash.hash(Self.message)
                #expect(
                    key.isValid(signature: signature, over: Self.message, hash: hash) == (hash == made.hash))
                #expect(
                    key.isValid(signature: signature, digest: digest, hash: hash) == (hash == made.hash))
                var other = digest
                other[0] ^= 1
                #expect(!key.isValid(signature: signature, digest: other, hash: hash))
                #expect(!key.isValid(signature: signature, digest: digest.dropLast(), hash: hash))
                #expect(!key.isValid(signature: signature, digest: digest + [0], hash: hash))
            }
        }
    }

    @Test func `another hash than the key's own is taken where it is agreed`() throws {
        try OpenSSLTool.inFolder { folder in
            try #require(
                try OpenSSLTool.run(["ecparam", "-name", "secp384r1", "-genkey"], in: folder)
            ).write(to: folder, "key")
            try Self.message.write(to: folder, "message")
            let key = try VerificationKey(
                pem: #require(try OpenSSLTool.run(["pkey", "-in", "key", "-pubout"], in: folder)))
            let signature = try #require(
                try OpenSSLTool.run(["dgst", "-sha256", "-sign", "key", "message"], in: folder))
            #expect(key.isValid(signature: signature, over: Self.message, hash: .sha256))
            #expect(
                key.isValid(signature: signature, digest: SHA256.hash(Self.message), hash: .sha256))
            #expect(!key.isValid(signature: signature, over: Self.message))
        }
    }

    @Test func `a bare RSA key is read as the same key that its wrapped form is`() throws {
        try OpenSSLTool.inFolder { folder in
            try #require(try OpenSSLTool.run(["genrsa", "2048"], in: folder)).write(to: folder, "key")
            let bare = try #require(
                try OpenSSLTool.run(
                    ["rsa", "-in", "key", "-RSAPublicKey_out", "-outform", "DER"], in: folder))
            let wrapped = try #require(
                try OpenSSLTool.run(["pkey", "-in", "key", "-pubout", "-outform", "DER"], in: folder))
            #expect(try VerificationKey(pkcs1: bare) == VerificationKey(spki: wrapped))
            #expect(throws: KeyError.self) { try VerificationKey(pkcs1: bare + [0]) }
            #expect(throws: KeyError.self) { try VerificationKey(pkcs1: wrapped) }
            #expect(throws: KeyError.self) { try VerificationKey(spki: bare) }
            #expect(throws: KeyError.self) { try VerificationKey(spki: wrapped + [0]) }
        }
    }

    @Test func `a key that signs bundles is one for evidence, not the other way round`() throws {
        let signer = try PublicKey(pem: FixedKey.rsa3072.bytes)
        #expect(VerificationKey(signer).spki == signer.spki)
        #expect(try VerificationKey(pem: FixedKey.rsa2048.bytes).algorithm == .rsa(bits: 2048))
        #expect(try VerificationKey(pem: FixedKey.p384.bytes).algorithm == .ecdsaP384)
        #expect(throws: KeyError.weak(found: "RSA of 2048 bits")) {
            try PublicKey(pem: FixedKey.rsa2048.bytes)
        }
    }

    @Test(arguments: [
        FixedKey.rsa1024, .rsa4098, .rsa3072Exponent3, .rsaPSS, .p192, .secp256k1, .p256Explicit,
        .p256Compressed, .p256Hybrid, .x25519, .ed448, .dsa,
    ])
    func `a key outside the rules for evidence is refused`(fixed: FixedKey) {
        let error = #expect(throws: KeyError.self) { try VerificationKey(pem: fixed.bytes) }
        #expect(error?.reason == "key.weak")
        #expect(error?.description.contains("RSA of 2048 to 4096 bits") == true)
    }

    @Test func `a private key is refused as such`() throws {
        #expect(throws: KeyError.isPrivate) { try VerificationKey(pem: FixedKey.p256Private.bytes) }
    }
}
