/// What is known of the origin of an object, or of one piece of evidence for it.
package enum ProofState: String, Hashable, Sendable, CaseIterable {
    /// Signed by one of those who were asked for, and everything about it holds.
    case verified
    /// So is the beginning of a file, up to a line break.
    case verifiedPrefix = "verified-prefix"
    /// There is evidence that may be honest, and something that would prove it is missing.
    case unverifiableOffline = "unverifiable-offline"
    /// There is evidence that does not hold.
    case invalid
    /// There is no evidence.
    case absent
    /// There is no proof, and the operator goes without.
    case waived
}

/// Why evidence cannot be verified here; a stable word.
package enum OfflineReason: String, Hashable, Sendable {
    case noCertificate = "no-certificate-in-release"
    case noTime = "no-trusted-time"
    case signedBeforeAppend = "signed-before-append"
    case noRoot = "no-trust-root"
    case noKey = "no-key"
    case noLogEntry = "no-log-entry"
    case unsupportedAlgorithm = "unsupported-algorithm"
    case unsupportedFormat = "unsupported-format"
    /// A good signature, of an object for which no policy says who has to sign it.
    case noPolicy = "no-policy"
    /// A good signature of somebody whom nobody asked for, beside one of those who were.
    case otherSigner = "other-signer"
    /// A good signature of the same content under the name of another image of the release.
    case otherName = "other-name"
    /// A good statement about something that is not in the release.
    case otherObject = "other-object"
}
