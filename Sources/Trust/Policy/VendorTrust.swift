/// What has to prove the vendor's part of a release, with every key and root at hand.
package struct VendorTrust: Sendable {
    package let roots: [RequiredRoot]
    package let keys: [TrustedKey]
    package let policies: [VendorPolicy]
    package let waivers: [Waiver]
    /// Effect of an expired vulnerability exception of the release.
    package let onExpiredException: VendorPolicy.OnMissing
    /// What all of it was read from, as far as it was read from files.
    package var files: [TrustedFile]

    package init(
        roots: [RequiredRoot], keys: [TrustedKey], policies: [VendorPolicy], waivers: [Waiver] = [],
        onExpiredException: VendorPolicy.OnMissing = .warn, files: [TrustedFile] = [],
    ) {
        self.roots = roots
        self.keys = keys
        self.policies = policies
        self.waivers = waivers
        self.onExpiredException = onExpiredException
        self.files = files
    }

    /// The policy that holds for an object: the first that matches.
    package func policy(for kind: VendorObjectKind, _ name: String) -> VendorPolicy? {
        policies.first { $0.matches(kind, name) }
    }
}

/// Whose a good signature is.
package enum SignerJudgement: Sendable {
    case accepted(VerifiedSignature)
    /// It holds, and it is of somebody whom nobody asked for; the fault says who was asked for.
    case stranger(VerifiedSignature, EvidenceFault)
}

extension VendorTrust {
    /// Verifies the evidence and says whether its signer is one of those that were asked for.
    ///
    /// A signature that holds under a root or key that was not asked for is told apart from one that does not hold.
    ///
    package func judge(
        _ evidence: SignedEvidence, over artifact: Artifact, by signers: [AcceptedSigner],
        for release: JudgedRelease,
    ) throws(EvidenceFault) -> SignerJudgement {
        if case .certificate = evidence.signer {
            let pins = signers.compactMap { if case .identity(let pin) = $0 { pin } else { nil } }
            return try judge(evidence, over: artifact, pins: pins, for: release)
        }
        let names = signers.compactMap { if case .key(let name) = $0 { name } else { nil } }
        return try judge(evidence, over: artifact, keys: keys.filter { names.contains($0.name) })
    }

    /// Verifies the evidence under everything that is known, where nobody in particular is asked for.
    package func verify(
        _ evidence: SignedEvidence, over artifact: Artifact
    ) throws(EvidenceFault) -> VerifiedSignature {
        try EvidenceVerifier(roots: roots, keys: keys).verify(evidence, over: artifact)
    }

    // Root by root, because what one of two roots with the same authority asks for says nothing of the other.
    private func judge(
        _ evidence: SignedEvidence, over artifact: Artifact, pins: [IdentityPin], for release: JudgedRelease,
    ) throws(EvidenceFault) -> SignerJudgement {
        var stranger: (VerifiedSignature, EvidenceFault)?
        var faults: [EvidenceFault] = []
        let asked = roots.filter { root in pins.contains { $0.root == root.name } }
        for root in asked {
            let verified: VerifiedSignature
            do throws(EvidenceFault) {
                verified = try EvidenceVerifier(roots: [root], keys: []).verify(evidence, over: artifact)
            } catch {
                faults.append(error)
                continue
            }
            guard case .identity(let identity, _) = verified.signer else { continue }
            do throws(EvidenceFault) {
                try pins.filter { $0.root == root.name }.requireOne(identity, for: release)
                return .accepted(verified)
            } catch {
                stranger = stranger ?? (verified, error)
            }
        }
        if let stranger { return .stranger(stranger.0, stranger.1) }
        guard let fault = faults.first(where: { $0.reason != .chain }) ?? faults.first else {
            let fault = EvidenceFault(
                .key, "\(evidence.name): is signed with a certificate, and only keys are asked for")
            return .stranger(try verify(evidence, over: artifact), fault)
        }
        do throws(EvidenceFault) {
            return .stranger(try verify(evidence, over: artifact), fault)
        } catch {
            throw fault
        }
    }

    private func judge(
        _ evidence: SignedEvidence, over artifact: Artifact, keys asked: [TrustedKey],
    ) throws(EvidenceFault) -> SignerJudgement {
        let fault: EvidenceFault
        do throws(EvidenceFault) {
            return .accepted(try EvidenceVerifier(roots: roots, keys: asked).verify(evidence, over: artifact))
        } catch {
            fault = error
        }
        let others = keys.filter { key in !asked.contains(key) }
        guard !others.isEmpty else { throw fault }
        do throws(EvidenceFault) {
            let verified = try EvidenceVerifier(roots: roots, keys: others).verify(evidence, over: artifact)
            let signer = if case .key(let name, _) = verified.signer { name } else { "another" }
            return .stranger(
                verified,
                EvidenceFault(
                    .key, "\(evidence.name): is signed with the key \(signer), which is not asked for"))
        } catch {
            throw fault
        }
    }
}
