package import LibCrypto
import StrictJSON

/// A Sigstore bundle v0.3 that holds one signature over a message, by a key that only its hash is given of.
///
/// To own one is to have read it, not to believe it. DSSE envelopes and certificates are refused by name: what they
/// prove rests on a trusted root, which a pinned key does without.
///
/// sigstore/protobuf-specs, protos/sigstore_bundle.proto, "Bundle".
package struct SigstoreBundle: Hashable, Sendable {
    package static let mediaType = "application/vnd.dev.sigstore.bundle.v0.3+json"
    package static let byteLimit = 1 << 20

    /// The document: as it was read, or in canonical form if it was made here.
    package let json: [UInt8]
    package let signature: [UInt8]
    /// SHA-256 of the message as the file tells it; `nil` if it tells none.
    package let messageDigest: [UInt8]?
    let hint: KeyHint

    /// Reads a document that may come from an attacker.
    package init(json: [UInt8], name: String = "signature") throws(TrustError) {
        do throws(SignatureFault) {
            let content = try SigstoreBundleContent(json: json, name: name)
            hint = KeyHint(content.hint)
            signature = content.signature
            messageDigest = content.messageDigest
        } catch {
            throw .signatureFile(name: name, error)
        }
        self.json = json
    }

    /// Signs the message, and finds the signature valid before it hands it on.
    package init(signing message: [UInt8], with key: PrivateKey) throws(TrustError) {
        let signature: [UInt8]
        do throws(KeyError) {
            signature = try key.sign(message)
        } catch {
            throw .signing(error)
        }
        guard let bundle = SigstoreBundle(signature, of: key.publicKey, over: message) else {
            throw .signing(
                .malformed(
                    expected: "a private key with its own public half", found: "the public half of another"))
        }
        self = bundle
    }

    /// Takes a bare signature; nothing if it is not the key's over exactly this message.
    init?(_ signature: [UInt8], of key: PublicKey, over message: [UInt8]) {
        guard key.isValid(signature: signature, over: message) else { return nil }
        let digest = SHA256.hash(message)
        self.signature = signature
        hint = KeyHint(Base64.encode(KeyID(of: key).bytes))
        messageDigest = digest
        json = Self.canonical(
            hint: hint.text, digest: Base64.encode(digest), signature: Base64.encode(signature))
    }

    /// The signature by itself, in base64 with a newline, the form of `cosign sign-blob --output-signature` up to cosign 2.
    package var base64Line: [UInt8] { Array((Base64.encode(signature) + "\n").utf8) }

    // RFC 8785: the members are sorted, and base64 has nothing to escape, so the text is canonical as it stands.
    private static func canonical(hint: String, digest: String, signature: String) -> [UInt8] {
        let text =
            #"{"mediaType":"\#(mediaType)","messageSignature":{"messageDigest":{"algorithm":"SHA2_256","#
            + #""digest":"\#(digest)"},"signature":"\#(signature)"},"#
            + #""verificationMaterial":{"publicKey":{"hint":"\#(hint)"}}}"#
        return Array(text.utf8)
    }
}
