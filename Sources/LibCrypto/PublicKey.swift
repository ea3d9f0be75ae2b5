/// A public key that may sign bundles, known by the hash of its one encoding.
///
/// Owning one means that it passed every rule of admission: Ed25519, ECDSA on the named curve P-256, or RSA of 3072
/// to 4096 bits. Two values are equal exactly when they are the same key.
package struct PublicKey: Hashable, Sendable {
    let key: VerificationKey

    /// Reads a SubjectPublicKeyInfo in DER, all of it.
    package init(spki der: [UInt8]) throws(KeyError) {
        key = try VerificationKey(spki: der, for: .bundles)
    }

    /// Reads a file with one PEM block, `PUBLIC KEY`.
    package init(pem: [UInt8]) throws(KeyError) {
        key = try VerificationKey(pem: pem, for: .bundles)
    }

    /// The SubjectPublicKeyInfo in DER (RFC 5280, section 4.1.2.7).
    package var spki: [UInt8] { key.spki }
    package var algorithm: KeyAlgorithm { key.algorithm }

    /// The key's identity: SHA-256 of its SubjectPublicKeyInfo in DER.
    package var id: [UInt8] { key.id }

    /// The key as a PEM block `PUBLIC KEY`, with a final newline.
    package var pem: [UInt8] { key.pem }

    /// Whether the signature is this key's, over exactly these bytes, in the one form its algorithm has here.
    package func isValid(signature: [UInt8], over message: [UInt8]) -> Bool {
        key.isValid(signature: signature, over: message)
    }
}
