/// What a public key is to be used for, which decides how strong it must be.
package enum KeyUse: Hashable, Sendable {
    /// Signing bundles: keys of our own choice, for which every common tool has a way to check.
    case bundles
    /// Checking what a vendor, a log or an authority signed with keys of theirs.
    case evidence

    /// The keys that are admitted, in words.
    var allowed: String {
        switch self {
        case .bundles: "ECDSA P-256, Ed25519 and RSA of 3072 to 4096 bits"
        case .evidence: "ECDSA P-256, P-384 and P-521, Ed25519 and RSA of 2048 to 4096 bits"
        }
    }

    var curves: [NamedCurve] {
        switch self {
        case .bundles: [.p256]
        case .evidence: [.p256, .p384, .p521]
        }
    }

    var rsaBits: ClosedRange<Int> {
        switch self {
        case .bundles: 3072...4096
        case .evidence: 2048...4096
        }
    }
}
