import Foundation
import LibCrypto
import StrictJSON
import Testing
import Trust

@Suite struct CosignKeyTests {
    /// SubjectPublicKeyInfo of the P-256 key that stands in each file below.
    private static let spki =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEl1JSB3u5+EylY4D2cTyMJFUGv1LA+/ZUAF86EH1qQJ++tWcqlwpsfSct0cp9SC4PqwNlvFbEGtfl+ipIGUP3Wg=="

    /// Made with PyNaCl 1.5 (libsodium), Python's scrypt and OpenSSL, and used nowhere else.
    private static let files = [
        (
            "test",
            """
            -----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----
            eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjozMjc2OCwiciI6
            OCwicCI6MX0sInNhbHQiOiJUeUdhOTJUT3BvZTJMMThabWxPcUVNYmkwZFJ2MHAz
            ZnBiRnN2KzNwVzgwPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
            Iiwibm9uY2UiOiJaS0tDNkJIWm5qZGYrcTlnUjFaNytzblN0d0V5elZROSJ9LCJj
            aXBoZXJ0ZXh0IjoiSFg2aDNXUXk4WStxckIxUU1XdndJYktUdnZZV3hJTTdsRk5E
            UEQ3QXlTVTdCMU91dERzNEttRGZ1ZFVwMWNlKy9pRXZaWWwzTWRXRUF6QVo5dXZI
            ampDUkh4NnRld2dBRVg2STl3K0hneU9sU1NycWYvTy9zZUJwbzEycjR0dWhtNXFQ
            R1NZQk93T21PNDdOc2xZUGRhdllmVkM0QkJpaXZ6ZThDREFmYWROWHpQQmFRTzdz
            cUxOazEzUDFWQkR3anR0V04waXNhWmsxZ2c9PSJ9
            -----END ENCRYPTED COSIGN PRIVATE KEY-----
            """
        ),
        (
            "",
            """
            -----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
            eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjo2NTUzNiwiciI6
            OCwicCI6MX0sInNhbHQiOiJqNzkrWFV0bWQ3YkFkazBzYzlLQ0RtS0d5MUNzOXRz
            MGhWM0dHVm1yb1FNPSJ9LCJjaXBoZXIiOnsibmFtZSI6Im5hY2wvc2VjcmV0Ym94
            Iiwibm9uY2UiOiIwZ1A0bmRPcnRNUnIwMzdhd3hHKzFWQXR0cTF6N0NSbCJ9LCJj
            aXBoZXJ0ZXh0IjoiczF0MlZKTVNkUG1KRFc3L3BiNnI4cFEyNXBhYy9SdEN3K2VR
            VklmR0E5dXM5aTArbVFPU3N6R3lDano4dExFS3J0cmRXZVppWUdyenJNZVFGVVhQ
            dUNpSWluVTh0amxLR1RqZmZxM2ZyM3lVajc4bHRKSWVMdmdiLzhrUTZUTWpiMXRO
            Z0pmcHV6d2xVTjRkT2V3MlM3K2l6SWFXVkxYNnI4QlhES200bXJ4NW1rNGRXdDlX
            RDdTZWdtaVlKeVhtOGwxVmFkQmRlbCs1Vmc9PSJ9
            -----END ENCRYPTED SIGSTORE PRIVATE KEY-----
            """
        ),
        (
            "p\u{e4}ssword",
            """
            -----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----
            eyJrZGYiOnsibmFtZSI6InNjcnlwdCIsInBhcmFtcyI6eyJOIjoxMzEwNzIsInIi
            OjgsInAiOjF9LCJzYWx0IjoibHExQy9VdEdCdExxSnZqMCtlS1RFV2JhMDJoWVBQ
            Z0Y2azQyaHZNSHJrbz0ifSwiY2lwaGVyIjp7Im5hbWUiOiJuYWNsL3NlY3JldGJv
            eCIsIm5vbmNlIjoiNm1zUlQ5aTFxMDErS3FpdUE3NlduL2tQb1JKeC8wSUgifSwi
            Y2lwaGVydGV4dCI6IlBoUG56MEpQQ2Uwc1BTNjZnOHl2cWErREVLWmFUdjloVzlh
            S0pLRWJOQWRQczJKeHhKVnh1QTVQOWNXcDBCUWp5bFJlbzhxbUwxWHgzS2F1UFJD
            UFBtWERFUHlmTFo5a1J6ckdhdVI5SElpNnUrV0VLZWcxUitWaUV6UGJiQmVKekYz
            TW1MMjg2c3JMOWV4d0dEcG1zV3JaKzhCbDRCZ01hS0UwRWh2SDdGamtvemEwbGM1
            dXZLNmtrK3NRNHJuRHgxOUN4UFdyOEllUVdBPT0ifQ==
            -----END ENCRYPTED SIGSTORE PRIVATE KEY-----
            """
        ),
    ]

    private static func bytes(_ text: String) -> [UInt8] { [UInt8](text.utf8) }

    private static func unasked() throws(KeyError) -> [UInt8] {
        Issue.record("the pass phrase was asked for")
        return []
    }

    @Test(arguments: files)
    func `a key that others sealed opens with its pass phrase alone`(phrase: String, file: String) throws {
        let key = try PrivateKey(file: Self.bytes(file)) { () throws(KeyError) in Self.bytes(phrase) }
        #expect(Base64.encode(key.publicKey.spki) == Self.spki)
        #expect(try key.publicKey.isValid(signature: key.sign([1]), over: [1]))
        #expect(throws: KeyError.passphrase) {
            try PrivateKey(file: Self.bytes(file)) { () throws(KeyError) in Self.bytes(phrase + " ") }
        }
    }

    @Test(arguments: ["", "correct horse"])
    func `a key that is written is read again, and is what cosign writes`(phrase: String) throws {
        for kind in [GeneratedKey.ecdsaP256, .ed25519] {
            let key = try PrivateKey.generate(kind)
            let file = try key.cosignFile(encryptedWith: Self.bytes(phrase))
            let read = try PrivateKey(file: file) { () throws(KeyError) in Self.bytes(phrase) }
            #expect(read.publicKey == key.publicKey)
            #expect(
                String(decoding: file, as: UTF8.self).hasPrefix(
                    "-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n"))
            let json = try #require(try SealedKey.json(inPEM: file))
            let root = try StrictJSON.parseObject(json, name: "key", limits: JSONLimits(bytes: 4096))
            #expect(try root.members().map(\.name) == ["kdf", "cipher", "ciphertext"])
            #expect(try root.member("kdf").member("params").member("N").integer() == 65_536)
            #expect(try key.cosignFile(encryptedWith: Self.bytes(phrase)) != file)
        }
    }

    @Test func `a key in another form is read as ever`() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let plain = try key.pem(encryptedWith: nil)
        #expect(try PrivateKey(file: plain, passphrase: Self.unasked).publicKey == key.publicKey)
        let sealed = try key.pem(encryptedWith: [1])
        #expect(try PrivateKey(file: sealed) { () throws(KeyError) in [1] }.publicKey == key.publicKey)
        #expect(throws: KeyError.self) { try PrivateKey(file: [], passphrase: Self.unasked) }
        #expect(throws: KeyError.self) { try PrivateKey(file: plain + plain, passphrase: Self.unasked) }
        #expect(throws: KeyError.self) { try PrivateKey(file: key.publicKey.pem, passphrase: Self.unasked) }
    }

    @Test(arguments: [
        ("less work", "65536", "16384"), ("more work", "65536", "262144"),
        ("no power of two", "65536", "65537"),
        ("no number", "65536", "\"65536\""), ("another r", #""r":8"#, #""r":16"#),
        ("another p", #""p":1"#, #""p":2"#), ("another function", "scrypt", "argon2"),
        ("another cipher", "nacl/secretbox", "aes"), ("a member twice", #""r":8"#, #""r":8,"r":8"#),
        ("an unknown member", #""r":8"#, #""r":8,"q":1"#), ("a missing member", #""kdf""#, #""fdk""#),
        ("a broken text", #"},"cipher""#, #","cipher""#), ("bytes behind it", "}$", "}}"),
        ("no base64", #""salt":""#, #""salt":"*"#), ("a short salt", #""salt":""#, #""salt":"AAAA","x":""#),
    ])
    func `a file that asks for something else is refused before any work`(
        why: String, part: String, instead: String,
    ) throws {
        let file = try PrivateKey.generate(.ecdsaP256).cosignFile(encryptedWith: [])
        let json = String(decoding: try #require(try SealedKey.json(inPEM: file)), as: UTF8.self)
        let changed = part == "}$" ? json + "}" : json.replacing(part, with: instead)
        #expect(changed != json)
        let error = #expect(throws: KeyError.self) {
            try PrivateKey(file: SealedKey.pem(json: Self.bytes(changed)), passphrase: Self.unasked)
        }
        #expect(error?.reason == "key.syntax", "\(why)")
    }
}
