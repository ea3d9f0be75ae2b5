import LibCrypto

/// Decides whether a signature holds, by the same steps whatever form the evidence had.
///
/// Evidence with a certificate is judged under the roots, all other evidence under the keys. It has no clock and no
/// network: times are those that the evidence proves.
package struct EvidenceVerifier: Sendable {
    private let roots: [RequiredRoot]
    private let keys: [TrustedKey]
    private let acceptsCertificates: Bool

    /// - Parameter acceptsCertificates: whether a certificate of a root makes a signer; otherwise the roots only vouch
    ///   for the log entries and times of keys.
    package init(roots: [RequiredRoot], keys: [TrustedKey], acceptsCertificates: Bool = true) {
        self.roots = roots
        self.keys = keys
        self.acceptsCertificates = acceptsCertificates
    }

    package func verify(
        _ evidence: SignedEvidence, over artifact: Artifact
    ) throws(EvidenceFault) -> VerifiedSignature {
        if case .certificate(let leaf) = evidence.signer {
            guard acceptsCertificates else {
                throw EvidenceFault(
                    .key, "\(evidence.name): expected a signature by a key, found a certificate")
            }
            return try verify(evidence, by: leaf, over: artifact)
        }
        let candidates = try KeyChoice.candidates(
            for: evidence, of: keys, isAskedForOthers: acceptsCertificates && !roots.isEmpty)
        return try verify(evidence, byOneOf: candidates, over: artifact)
    }

    private func verify(
        _ evidence: SignedEvidence, by leaf: Certificate, over artifact: Artifact
    ) throws(EvidenceFault) -> VerifiedSignature {
        let (key, identity) = try LeafCheck.check(leaf)
        let claims = try Self.bind(evidence, to: artifact, by: .certificate(leaf, key))
        var faults: [EvidenceFault] = []
        for root in roots {
            do throws(EvidenceFault) {
                let proof = try RootProof(evidence, by: leaf, under: root)
                return VerifiedSignature(.identity(identity, root: root.name), evidence, claims, proof)
            } catch {
                faults.append(error)
            }
        }
        // A root that knows the issuer has more to say than those that do not.
        throw faults.first { $0.reason != .chain } ?? faults.first
            ?? EvidenceFault(
                .root, "\(evidence.name): expected a trusted root for its certificate, found none",
                state: .unverifiableOffline)
    }

    private func verify(
        _ evidence: SignedEvidence, byOneOf candidates: [TrustedKey], over artifact: Artifact
    ) throws(EvidenceFault) -> VerifiedSignature {
        var firstFault: EvidenceFault?
        for key in candidates {
            let claims: ClaimsCheck
            do throws(EvidenceFault) {
                claims = try Self.bind(evidence, to: artifact, by: .key(key.key))
            } catch {
                // Only a signature that does not fit leaves room for another key.
                guard error.reason == .signature else { throw error }
                firstFault = firstFault ?? error
                continue
            }
            let proof = try prove(evidence, by: key)
            return VerifiedSignature(.key(name: key.name, key.id), evidence, claims, proof)
        }
        throw firstFault ?? EvidenceFault(.key, "\(evidence.name): no key is given to verify it with")
    }

    /// The steps that need no trusted root: artifact to digest, digest to signature, log entry to both, payload to
    /// artifact.
    private static func bind(
        _ evidence: SignedEvidence, to artifact: Artifact, by verifier: SignatureVerifier
    ) throws(EvidenceFault) -> ClaimsCheck {
        try DigestCheck.check(evidence, of: artifact)
        let signed = try SignedMessage(evidence, over: artifact, by: verifier)
        for entry in evidence.entries { try EntryBinding.check(entry, of: evidence, signed) }
        return try ClaimsCheck(evidence, of: artifact, signed)
    }

    /// A key needs no root unless its signatures must be logged or its time is limited, but what a root knows of the
    /// evidence must hold.
    private func prove(_ evidence: SignedEvidence, by key: TrustedKey) throws(EvidenceFault) -> RootProof {
        var proofs: [RootProof] = []
        var shortcoming: EvidenceFault?
        for root in roots {
            do throws(EvidenceFault) {
                proofs.append(try RootProof(evidence, by: key, under: root))
            } catch {
                // Another root may have what this one does not; it cannot mend what this one found to be wrong.
                guard [.log, .notime, .timestamp].contains(error.reason) else { throw error }
                shortcoming = shortcoming ?? error
            }
        }
        if let best = proofs.first(where: { !$0.logged.isEmpty }) ?? proofs.first { return best }
        if let shortcoming { throw shortcoming }
        return try RootProof(evidence, by: key)
    }
}
