import LibCrypto
import StrictJSON
import Trust

/// Three signers and a stranger, made anew for each run.
struct Signers {
    let ada: PrivateKey
    let bob: PrivateKey
    let eve: PrivateKey

    init() throws {
        ada = try .generate(.ecdsaP256)
        bob = try .generate(.ed25519)
        eve = try .generate(.ecdsaP256)
    }

    static let message = [UInt8](#"{"_type":"https://example.test/statement","n":1}"#.utf8)
}

extension PrivateKey {
    var id: KeyID { KeyID(of: publicKey) }
    var signer: BundleSigner { BundleSigner(id) }

    /// A good signature file over the message.
    func file(_ message: [UInt8] = Signers.message, name: String = "0.sigstore.json") throws -> SignatureFile
    {
        SignatureFile(name: name, bytes: try SigstoreBundle(signing: message, with: self).json)
    }
}

/// A signature file put together by hand, in which each part can lie.
struct ForgedFile {
    var mediaType: JSONValue? = .string(SigstoreBundle.mediaType)
    var hint: JSONValue?
    var signature: JSONValue?
    var digest: JSONValue?
    var algorithm: JSONValue = "SHA2_256"

    init(by key: PrivateKey, over message: [UInt8] = Signers.message) throws {
        hint = .string(Base64.encode(key.publicKey.id))
        signature = .string(Base64.encode(try key.sign(message)))
        digest = .string(Base64.encode(SHA256.hash(message)))
    }

    var value: JSONObject {
        get throws {
            var publicKey = JSONObject()
            publicKey["hint"] = hint
            var messageSignature = JSONObject()
            if let digest { messageSignature["messageDigest"] = ["algorithm": algorithm, "digest": digest] }
            messageSignature["signature"] = signature
            var root = JSONObject()
            root["mediaType"] = mediaType
            root["messageSignature"] = .object(messageSignature)
            root["verificationMaterial"] = ["publicKey": .object(publicKey)]
            return root
        }
    }

    func file(_ name: String = "0.sigstore.json") throws -> SignatureFile {
        SignatureFile(name: name, bytes: try JSONValue.object(value).canonical())
    }
}
