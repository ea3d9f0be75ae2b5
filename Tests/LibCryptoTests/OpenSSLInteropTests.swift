import CommandRunner
import Foundation
import LibCrypto
import Testing

@Suite(.enabled(if: OpenSSLTool.isInstalled)) struct OpenSSLInteropTests {
    static let message = bytes(text: "the signed bytes")
    static let dgst = ["dgst", "-sha256", "-verify", "pub", "-signature", "sig", "message"]
    static let pkeyutl = [
        "pkeyutl", "-verify", "-pubin", "-inkey", "pub", "-rawin", "-in", "message", "-sigfile", "sig",
    ]

    @Test func `openssl verifies what each kind of key signs`() throws {
        let keys: [(PrivateKey, [String])] = try [
            (.generate(.ecdsaP256), Self.dgst),
            (.generate(.ed25519), Self.pkeyutl),
            (
                PrivateKey(pem: FixedKey.rsa3072Private.bytes, passphrase: PrivateKeyTests.unasked),
                Self.dgst
            ),
        ]
        for (key, verify) in keys {
            try OpenSSLTool.inFolder { folder in
                try Data(Self.message).write(to: folder.appending(path: "message"))
                try Data(key.publicKey.pem).write(to: folder.appending(path: "pub"))
                try Data(key.sign(Self.message)).write(to: folder.appending(path: "sig"))
                #expect(try OpenSSLTool.run(verify, in: folder) != nil)
                try Data(Self.message + [0]).write(to: folder.appending(path: "message"))
                #expect(try OpenSSLTool.run(verify, in: folder) == nil)
            }
        }
    }

    @Test(arguments: [
        ["genpkey", "-algorithm", "ED25519"],
        ["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
        ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
        ["ecparam", "-name", "prime256v1", "-genkey"],
        ["ecparam", "-name", "prime256v1", "-genkey", "-noout"],
        ["genrsa", "-traditional", "3072"],
    ])
    func `a key that openssl makes is read, plain and encrypted, and agrees on the public half`(
        make: [String]
    ) throws {
        try OpenSSLTool.inFolder { folder in
            let plain = try #require(try OpenSSLTool.run(make, in: folder))
            try Data(plain).write(to: folder.appending(path: "key"))
            let spki = try #require(
                try OpenSSLTool.run(["pkey", "-in", "key", "-pubout", "-outform", "DER"], in: folder))
            let key = try PrivateKey(pem: plain, passphrase: PrivateKeyTests.unasked)
            #expect(key.publicKey.spki == spki)

            for scheme in [["-v2", "aes-256-cbc"], ["-scrypt"]] {
                let sealed = try #require(
                    try OpenSSLTool.run(
                        ["pkcs8", "-topk8", "-in", "key", "-passout", "pass:correct"] + scheme, in: folder))
                let opened = try PrivateKey(pem: sealed) { () throws(KeyError) in bytes(text: "correct") }
                #expect(opened.publicKey == key.publicKey)
                #expect(throws: KeyError.passphrase) {
                    try PrivateKey(pem: sealed) { () throws(KeyError) in bytes(text: "wrong") }
                }
            }
        }
    }

    @Test func `openssl opens the encrypted key, and it is sealed as promised`() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        try OpenSSLTool.inFolder { folder in
            try Data(key.pem(encryptedWith: bytes(text: "correct"))).write(to: folder.appending(path: "key"))
            let spki = try OpenSSLTool.run(
                ["pkey", "-in", "key", "-passin", "pass:correct", "-pubout", "-outform", "DER"], in: folder)
            #expect(spki == key.publicKey.spki)
            #expect(
                try OpenSSLTool.run(["pkey", "-in", "key", "-passin", "pass:wrong", "-pubout"], in: folder)
                    == nil)
            let dump = try #require(try OpenSSLTool.run(["asn1parse", "-in", "key"], in: folder))
            let text = String(decoding: dump, as: UTF8.self)
            for part in ["PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", ":0927C0"] {
                #expect(text.contains(part))
            }
        }
    }

    @Test func `a private key on a curve outside the rules is refused`() throws {
        try OpenSSLTool.inFolder { folder in
            for make in [
                ["ecparam", "-name", "secp256k1", "-genkey", "-noout"],
                ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-param_enc", "explicit"],
                ["genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
            ] {
                let pem = try #require(try OpenSSLTool.run(make, in: folder))
                let error = #expect(throws: KeyError.self) {
                    try PrivateKey(pem: pem, passphrase: PrivateKeyTests.unasked)
                }
                #expect(error?.reason == "key.weak")
            }
        }
    }
}
