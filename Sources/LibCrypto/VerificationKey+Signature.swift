extension VerificationKey {
    /// The hash that signatures of this key are made over where nothing else is agreed; `nil` for Ed25519.
    package var hash: HashAlgorithm? { algorithm.hash }

    /// Whether a signature can only be checked with the whole message at hand, as with Ed25519.
    package var needsMessage: Bool { algorithm == .ed25519 }

    /// Whether the signature is this key's, over exactly these bytes.
    ///
    /// Without a hash the key's own is taken. Ed25519 takes none: with one given, no signature is valid.
    package func isValid(signature: [UInt8], over message: [UInt8], hash: HashAlgorithm? = nil) -> Bool {
        guard !signature.isEmpty, hash == nil || !needsMessage, let key = PKey(spki: spki) else {
            return false
        }
        return key.verifies(signature, over: message, hash: hash ?? self.hash)
    }

    /// Whether the signature is this key's, over a message that hashes to `digest`.
    ///
    /// Never so for Ed25519, which needs the message, nor for a digest that `hash` cannot have given.
    package func isValid(signature: [UInt8], digest: [UInt8], hash: HashAlgorithm) -> Bool {
        guard !signature.isEmpty, !needsMessage, digest.count == hash.byteCount, let key = PKey(spki: spki)
        else { return false }
        return key.verifies(signature, digest: digest, hash: hash)
    }
}
