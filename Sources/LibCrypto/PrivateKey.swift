import CLibCrypto

/// The kinds of key that are made here; both sign in a form that every common tool checks.
package enum GeneratedKey: Sendable {
    case ecdsaP256, ed25519
}

/// A private key that may sign bundles; its public half passed every rule of admission.
///
/// Nothing of it is ever printed: it has no description and takes no part in one.
// A class, because the OpenSSL key behind it has one owner and must be freed once.
// Sendable: the key is never changed after the initialiser, each use makes a context of its own, and OpenSSL allows
// many threads to read one key (openssl-threads(7)).
package final class PrivateKey: @unchecked Sendable {
    package let publicKey: PublicKey
    private let key: OpaquePointer

    init(_ key: consuming PKey) throws(KeyError) {
        guard let spki = key.spki else {
            throw .malformed(expected: "a private key with a public half", found: "none")
        }
        publicKey = try PublicKey(spki: spki)
        guard let shared = key.shared() else {
            throw .openSSL(doing: "signing", reason: OpenSSLErrors.take())
        }
        self.key = shared
    }

    deinit {
        EVP_PKEY_free(key)
    }

    /// Makes a new key from the system's randomness.
    package static func generate(_ kind: GeneratedKey) throws(KeyError) -> PrivateKey {
        let made =
            switch kind {
            case .ecdsaP256: cgbundle_generate_p256()
            case .ed25519: cgbundle_generate_ed25519()
            }
        guard let made else { throw .openSSL(doing: "generation", reason: OpenSSLErrors.take()) }
        return try PrivateKey(PKey(owning: made))
    }

    /// Signs the message as its algorithm does it: Ed25519 the bytes themselves, the others their SHA-256.
    package func sign(_ message: [UInt8]) throws(KeyError) -> [UInt8] {
        guard let context = EVP_MD_CTX_new() else {
            throw .openSSL(doing: "signing", reason: OpenSSLErrors.take())
        }
        defer { EVP_MD_CTX_free(context) }
        let digest = publicKey.algorithm.hash?.name
        var count = 0
        guard EVP_DigestSignInit_ex(context, nil, digest, nil, nil, key, nil) == 1,
            EVP_DigestSign(context, nil, &count, message, message.count) == 1
        else { throw .openSSL(doing: "signing", reason: OpenSSLErrors.take()) }
        var signature = [UInt8](repeating: 0, count: count)
        guard EVP_DigestSign(context, &signature, &count, message, message.count) == 1 else {
            throw .openSSL(doing: "signing", reason: OpenSSLErrors.take())
        }
        // ECDSA announces the longest DER it could need and then tells the true length.
        signature.removeSubrange(count...)
        return signature
    }

    /// Lends the OpenSSL key to the code that writes it.
    func withKey<Result>(_ body: (OpaquePointer) throws(KeyError) -> Result) throws(KeyError) -> Result {
        try body(key)
    }
}
