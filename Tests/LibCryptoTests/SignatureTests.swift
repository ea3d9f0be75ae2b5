import LibCrypto
import Testing

@Suite struct SignatureTests {
    static let message = bytes(text: #"{"_type":"an example"}"#)

    static func keys() throws -> [PrivateKey] {
        try [
            .generate(.ecdsaP256), .generate(.ed25519),
            PrivateKey(pem: FixedKey.p256Private.bytes) { () throws(KeyError) in [] },
            PrivateKey(pem: FixedKey.rsa3072Private.bytes) { () throws(KeyError) in [] },
        ]
    }

    @Test func `what a key signs its public half finds valid, after a trip through PEM as well`() throws {
        for key in try Self.keys() {
            let signature = try key.sign(Self.message)
            #expect(key.publicKey.isValid(signature: signature, over: Self.message))
            #expect(try PublicKey(pem: key.publicKey.pem).isValid(signature: signature, over: Self.message))
            #expect(try key.publicKey.isValid(signature: key.sign([]), over: []))
        }
    }

    @Test func `a flipped bit of message or signature is found`() throws {
        for key in try Self.keys() {
            let signature = try key.sign(Self.message)
            for index in Self.message.indices {
                var message = Self.message
                message[index] ^= 0x20
                #expect(!key.publicKey.isValid(signature: signature, over: message))
            }
            for index in signature.indices {
                var flipped = signature
                flipped[index] ^= 0x01
                #expect(!key.publicKey.isValid(signature: flipped, over: Self.message))
            }
        }
    }

    @Test func `a signature cut, lengthened, empty or of another key is not valid`() throws {
        for key in try Self.keys() {
            let signature = try key.sign(Self.message)
            let other = try PrivateKey.generate(.ecdsaP256).publicKey
            #expect(!key.publicKey.isValid(signature: [], over: Self.message))
            #expect(!key.publicKey.isValid(signature: signature.dropLast(), over: Self.message))
            #expect(!key.publicKey.isValid(signature: signature + [0], over: Self.message))
            #expect(!other.isValid(signature: signature, over: Self.message))
        }
    }

    @Test func `a signature over the digest is not one over the message`() throws {
        for key in try Self.keys() {
            let signature = try key.sign(SHA256.hash(Self.message))
            #expect(!key.publicKey.isValid(signature: signature, over: Self.message))
        }
    }

    /// RFC 8032, section 7.1, tests 1 and 2.
    @Test(arguments: [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ])
    func `Ed25519 signs as its RFC says`(seed: String, point: String, message: String, signature: String)
        throws
    {
        let der = bytes("302e020100300506032b657004220420" + seed)
        let key = try PrivateKey(pem: PEM.block("PRIVATE KEY", der)) { () throws(KeyError) in [] }
        #expect(key.publicKey.spki == bytes(PublicKeyTests.ed25519Prefix + point))
        #expect(try key.sign(bytes(message)) == bytes(signature))
    }

    @Test func `an Ed25519 signature with S raised by the group order is not valid`() throws {
        let key = try PublicKey(
            spki: bytes(
                PublicKeyTests.ed25519Prefix
                    + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"))
        let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        var signature = bytes(
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        )
        #expect(key.isValid(signature: signature, over: []))
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(order[index]) + carry
            signature[32 + index] = UInt8(sum & 0xff)
            carry = sum >> 8
        }
        #expect(carry == 0)
        #expect(!key.isValid(signature: signature, over: []))
    }
}
