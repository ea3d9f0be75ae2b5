package import LibCrypto

/// Whose signatures the importing side believes, and how many of them it asks for.
///
/// It comes from the operator alone. A revoked key stays known, so that a refusal can say why it does not count.
package struct SignerPolicy: Hashable, Sendable {
    package let keys: [PublicKey]
    package let threshold: Int
    package let revoked: Set<KeyID>

    /// - Parameter threshold: how many distinct keys must have signed; all of them if not given.
    package init(keys: [PublicKey], threshold: Int? = nil, revoked: Set<KeyID> = []) throws(TrustError) {
        guard !keys.isEmpty else { throw .noKeys }
        var seen: Set<PublicKey> = []
        // Refused and not merged, because a threshold over a list with a double means less than it seems to.
        for key in keys where !seen.insert(key).inserted { throw .duplicateKey(KeyID(of: key)) }
        let threshold = threshold ?? keys.count
        guard (1...keys.count).contains(threshold) else { throw .threshold(threshold, keys: keys.count) }
        self.keys = keys
        self.threshold = threshold
        self.revoked = revoked
    }
}
