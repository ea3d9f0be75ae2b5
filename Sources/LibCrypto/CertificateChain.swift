/// The way from a certificate to an authority that is trusted.
package enum CertificateChain {
    /// An authority has two or three certificates.
    package static let limit = 16

    /// The certificates from the leaf to the authority's last one, each signed by the next; at least two.
    ///
    /// The anchor is the authority's last certificate, which may be an intermediate; those before it help to reach it.
    /// Certificates that come with a signature are never asked. Signatures, authority and usage flags, path lengths,
    /// name constraints and unknown critical extensions are checked, keys and hashes weaker than 112 bits refused.
    ///
    /// Times are not looked at, neither today's nor another: whoever knows when the leaf was used asks every
    /// certificate of the path. OpenSSL would also find one expired in the last second of its validity.
    ///
    /// RFC 5280, section 6.1.
    package static func path(
        from leaf: Certificate, to authority: [Certificate], for use: ExtendedKeyUse = .codeSigning,
    ) throws(CertificateError) -> [Certificate] {
        guard (1...limit).contains(authority.count), let anchor = authority.last else {
            throw .count(authority.count)
        }
        let path = try TrustStore(anchor: anchor).path(from: leaf, helpers: X509Stack(authority.dropLast()))
        guard path.count > 1 else {
            throw .noPath(subject: leaf.subjectText, reason: "it is the authority's own certificate")
        }
        guard leaf.extendedKeyUses.names(use) else { throw .wrongUse(subject: leaf.subjectText, use: use) }
        for issuer in path.dropFirst() where !issuer.extendedKeyUses.permits(use) {
            throw .wrongUse(subject: issuer.subjectText, use: use)
        }
        return path
    }
}
