import LibCrypto
import StrictJSON

/// The bodies that a log writes for a signature, made anew from what is verified here.
///
/// To compare bytes is to leave no member of an attacker's JSON unlooked at.
///
/// RFC 8785; sigstore/rekor, pkg/types/hashedrekord/v0.0.1, and sigstore/rekor-tiles,
/// api/proto/rekor/v2/hashedrekord.proto. No value has anything to escape.
enum CanonicalBody {
    /// - Parameter pem: the certificate or key as the signer sent it.
    static func hashedRekord(digest: SignedDigest, signature: [UInt8], pem: [UInt8]) -> [UInt8] {
        let text =
            #"{"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"#
            + #""\#(digest.algorithm.inTotoName)","value":"\#(digest.bytes.hex)"}},"signature":{"content":"#
            + #""\#(Base64.encode(signature))","publicKey":{"content":"\#(Base64.encode(pem))"}}}}"#
        return [UInt8](text.utf8)
    }

    static func hashedRekordV2(digest: SignedDigest, signature: [UInt8], verifier: SignatureVerifier)
        -> [UInt8]
    {
        let material =
            switch verifier {
            case .certificate(let certificate, _):
                #""x509Certificate":{"rawBytes":"\#(Base64.encode(certificate.der))"}"#
            case .key(let key):
                #""publicKey":{"rawBytes":"\#(Base64.encode(key.spki))"}"#
            }
        let details = #""keyDetails":"\#(verifier.key.details)""#
        // Members are sorted: keyDetails, then publicKey or x509Certificate.
        let text =
            #"{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"#
            + #""\#(digest.algorithm.protobufName)","digest":"\#(Base64.encode(digest.bytes))"},"signature":"#
            + #"{"content":"\#(Base64.encode(signature))","verifier":{\#(details),\#(material)}}}}}"#
        return [UInt8](text.utf8)
    }
}

extension HashAlgorithm {
    fileprivate var protobufName: String {
        switch self {
        case .sha256: "SHA2_256"
        case .sha384: "SHA2_384"
        case .sha512: "SHA2_512"
        }
    }
}

extension VerificationKey {
    /// The name of the key's algorithm: sigstore_common.proto, "PublicKeyDetails".
    fileprivate var details: String {
        switch algorithm {
        case .ecdsaP256: "PKIX_ECDSA_P256_SHA_256"
        case .ecdsaP384: "PKIX_ECDSA_P384_SHA_384"
        case .ecdsaP521: "PKIX_ECDSA_P521_SHA_512"
        case .ed25519: "PKIX_ED25519"
        case .rsa(let bits): "PKIX_RSA_PKCS1V15_\(bits)_SHA256"
        }
    }
}
