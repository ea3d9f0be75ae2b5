/// The algorithms that a signer of bundles may use; the key decides, never the signature file.
package enum KeyAlgorithm: Hashable, Sendable {
    /// ECDSA on P-256 over SHA-256, signatures in DER.
    case ecdsaP256
    /// Pure Ed25519 over the whole message, RFC 8032, section 5.1.
    case ed25519
    /// RSASSA-PKCS1-v1_5 over SHA-256, RFC 8017, section 8.2.
    case rsa(bits: Int)
}

extension KeyAlgorithm {
    /// OpenSSL's name of the hash that goes with it; Ed25519 hashes by itself and takes none.
    var digestName: String? {
        switch self {
        case .ed25519: nil
        case .ecdsaP256, .rsa: "SHA256"
        }
    }
}

extension KeyAlgorithm: CustomStringConvertible {
    package var description: String {
        switch self {
        case .ecdsaP256: "ECDSA P-256"
        case .ed25519: "Ed25519"
        case .rsa(let bits): "RSA \(bits)"
        }
    }
}
