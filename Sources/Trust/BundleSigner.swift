/// One of those whose signature on a bundle counted: a key, or somebody with a certificate.
package struct BundleSigner: Hashable, Sendable, CustomStringConvertible {
    /// The key; nothing for an identity.
    package let key: KeyID?
    /// The identity of the key, or `identity`, who it is and by whose word.
    package let description: String

    package init(_ key: KeyID) {
        self.key = key
        description = key.description
    }

    init(_ identity: CertificateIdentity) {
        key = nil
        description = Self.prefix + identity.subject + " by " + identity.issuer
    }

    /// Reads what `description` gave, from a record.
    package init?(_ text: String) {
        key = KeyID(text)
        let isIdentity = text.utf8.starts(with: Self.prefix.utf8) && text.utf8.count <= 16_384
        guard key != nil || isIdentity else { return nil }
        description = text
    }

    private static let prefix = "identity "
}
