package import OCI
package import Trust

/// What is known of one object of a release.
package struct ObjectVerdict: Sendable {
    package enum Kind: String, Hashable, Sendable {
        case image
        case extraImage = "extra-image"
        case chart, file
        /// A manifest inside of an image, or something beside it, that has evidence of its own.
        case part
    }

    package let kind: Kind
    package let name: String
    package let digest: Digest
    /// Whether nothing goes on without proof of it.
    package let isRequired: Bool
    package let policy: VendorPolicy?
    package internal(set) var state: ProofState
    /// The stable word.
    package internal(set) var reason: String?
    /// One clause for people.
    package internal(set) var text: String?
    package let evidence: [EvidenceVerdict]
    /// Leave to go without, where that was needed; `found` is what there was.
    package internal(set) var waiver: Waiver?
    package internal(set) var found: ProofState?

    /// The one piece of evidence that decides.
    package var deciding: EvidenceVerdict? {
        evidence.first { verdict in
            let state = found ?? state
            return verdict.state == state && (state != .verified || verdict.proves)
        }
    }

    init(
        _ kind: Kind, _ name: String, _ digest: Digest, isRequired: Bool, policy: VendorPolicy?,
        evidence given: [EvidenceVerdict], absence: String,
    ) {
        self.kind = kind
        self.name = name
        self.digest = digest
        self.isRequired = isRequired
        self.policy = policy
        let isProved = given.contains(where: \.proves)
        evidence = given.map { verdict in
            var verdict = verdict
            guard verdict.isStranger, isProved else { return verdict }
            // Others may sign as well; what they sign neither helps nor hurts where a good one is there.
            verdict.state = .unverifiableOffline
            verdict.reason = OfflineReason.otherSigner.rawValue
            return verdict
        }
        let order: [ProofState] = [.invalid, .verified, .verifiedPrefix, .unverifiableOffline]
        let decides = order.lazy.compactMap { [evidence] state in
            evidence.first { $0.state == state && (state != .verified || $0.proves) }
        }.first
        state = decides?.state ?? .absent
        reason = decides?.reason
        text = decides?.text ?? (decides == nil ? absence : nil)
        if decides == nil, let other = evidence.first {
            text = "only \(other.name), which is no signature of it"
        }
    }
}
