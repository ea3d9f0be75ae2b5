package import LibCrypto

/// Whose signatures the importing side believes, and how many of them it asks for.
///
/// It comes from the operator alone. A revoked key stays known, so that a refusal can say why it does not count.
package struct SignerPolicy: Hashable, Sendable {
    package let keys: [PublicKey]
    /// Who else may sign, with a certificate of one of the roots.
    package let identities: [IdentityPin]
    package let roots: [RequiredRoot]
    package let threshold: Int
    package let revoked: Set<KeyID>

    /// - Parameter threshold: how many distinct signers must have signed; all of them if not given.
    package init(
        keys: [PublicKey], identities: [IdentityPin] = [], roots: [RequiredRoot] = [], threshold: Int? = nil,
        revoked: Set<KeyID> = [],
    ) throws(TrustError) {
        let count = keys.count + identities.count
        guard count > 0 else { throw .noKeys }
        var seen: Set<PublicKey> = []
        // Refused and not merged, because a threshold over a list with a double means less than it seems to.
        for key in keys where !seen.insert(key).inserted { throw .duplicateKey(KeyID(of: key)) }
        let threshold = threshold ?? count
        guard (1...count).contains(threshold) else { throw .threshold(threshold, keys: count) }
        self.keys = keys
        self.identities = identities
        self.roots = roots
        self.threshold = threshold
        self.revoked = revoked
    }

    /// The same signers, of whom another number is asked.
    func withThreshold(_ threshold: Int) throws(TrustError) -> SignerPolicy {
        try SignerPolicy(
            keys: keys, identities: identities, roots: roots, threshold: threshold, revoked: revoked)
    }
}
