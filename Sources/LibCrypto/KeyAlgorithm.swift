/// The algorithms of keys; the key decides, never the signature file.
package enum KeyAlgorithm: Hashable, Sendable {
    /// ECDSA on P-256 over SHA-256, signatures in DER.
    case ecdsaP256
    /// ECDSA on P-384 over SHA-384, signatures in DER.
    case ecdsaP384
    /// ECDSA on P-521 over SHA-512, signatures in DER.
    case ecdsaP521
    /// Pure Ed25519 over the whole message, RFC 8032, section 5.1.
    case ed25519
    /// RSASSA-PKCS1-v1_5 over SHA-256, RFC 8017, section 8.2.
    case rsa(bits: Int)
}

extension KeyAlgorithm {
    /// The hash that goes with it; Ed25519 hashes by itself and takes none.
    package var hash: HashAlgorithm? {
        switch self {
        case .ed25519: nil
        case .ecdsaP256, .rsa: .sha256
        case .ecdsaP384: .sha384
        case .ecdsaP521: .sha512
        }
    }
}

extension KeyAlgorithm: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ecdsaP256: "ECDSA P-256"
        case .ecdsaP384: "ECDSA P-384"
        case .ecdsaP521: "ECDSA P-521"
        case .ed25519: "Ed25519"
        case .rsa(let bits): "RSA \(bits)"
        }
    }
}
