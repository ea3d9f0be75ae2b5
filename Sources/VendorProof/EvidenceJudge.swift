import LibCrypto
import OCI
import Trust

/// Judges single pieces of evidence for one object: by whom it has to be signed, and what it is.
struct EvidenceJudge: Sendable {
    let trust: VendorTrust
    let release: JudgedRelease
    /// Who is asked for; nothing where no policy holds for the object.
    let signers: [AcceptedSigner]?

    init(_ trust: VendorTrust, for release: JudgedRelease, policy: VendorPolicy?) {
        self.trust = trust
        self.release = release
        signers = policy?.anyOf
    }

    /// - Parameter statementsCount: whether a statement about the object is proof enough, as for files.
    func verdict(
        on found: FoundEvidence, over artifact: Artifact, statementsCount: Bool
    ) -> EvidenceVerdict {
        let evidence: SignedEvidence
        switch found.reading {
        case .failure(let fault): return EvidenceVerdict(found.name, .unknown, fault)
        case .success(let read): evidence = read
        }
        do throws(EvidenceFault) {
            var verdict = try judged(evidence, over: artifact, found)
            verdict.countsAsStatement = statementsCount
            return verdict
        } catch {
            return fault(error, of: evidence, found)
        }
    }

    /// Judges evidence about something that is not in the release: it proves nothing here, and it is bad where what it says
    /// of itself does not hold.
    func verdict(onStray found: FoundEvidence) -> EvidenceVerdict {
        let subject = found.claimedContents.sorted().lazy.compactMap { KeyID("sha256:" + $0)?.bytes }.first
        let artifact = Artifact(sha256: subject ?? [UInt8](repeating: 0, count: SHA256.byteCount))
        var verdict = verdict(on: found, over: artifact, statementsCount: true)
        guard case .success(let evidence) = found.reading else { return verdict }
        let isMessage = if case .message = evidence.content { true } else { false }
        // Whatever has no SHA-256 of what it is about fits nothing that it could be tried on.
        let isNameless = subject == nil && (isMessage || verdict.reason == EvidenceReason.digest.rawValue)
        guard verdict.state != .invalid || isNameless else { return verdict }
        verdict.state = .unverifiableOffline
        verdict.reason = OfflineReason.otherObject.rawValue
        verdict.text = "\(found.name): is about nothing that is in the release"
        return verdict
    }

    private func judged(
        _ evidence: SignedEvidence, over artifact: Artifact, _ found: FoundEvidence
    ) throws(EvidenceFault) -> EvidenceVerdict {
        guard let signers else {
            let verified = try trust.verify(evidence, over: artifact)
            return EvidenceVerdict(
                found.name, role(of: verified, found), .unverifiableOffline,
                reason: OfflineReason.noPolicy.rawValue,
                text: "it holds, and no policy says who has to sign this",
                format: evidence.format, signature: verified)
        }
        switch try trust.judge(evidence, over: artifact, by: signers, for: release) {
        case .accepted(let verified):
            let role = role(of: verified, found)
            guard role != .unknown else {
                return EvidenceVerdict(
                    found.name, role, .unverifiableOffline, reason: OfflineReason.unsupportedFormat.rawValue,
                    text: "\(found.name): signs the manifest's bytes and not a statement about the image",
                    format: evidence.format, signature: verified)
            }
            return EvidenceVerdict(found.name, role, .verified, format: evidence.format, signature: verified)
        case .stranger(let verified, let fault):
            var verdict = EvidenceVerdict(
                found.name, role(of: verified, found), .invalid, reason: fault.reason.rawValue,
                text: "\(found.name): \(fault.text)", format: evidence.format, signature: verified)
            verdict.isStranger = true
            return verdict
        }
    }

    private func fault(
        _ fault: EvidenceFault, of evidence: SignedEvidence, _ found: FoundEvidence
    ) -> EvidenceVerdict {
        var verdict = EvidenceVerdict(
            found.name, claimedRole(of: evidence, found), fault, format: evidence.format)
        guard fault.state == .invalid else { return verdict }
        let isKeyed = if case .certificate = evidence.signer { false } else { true }
        let isOfSomebodyElse = fault.reason == .key || isKeyed && fault.reason == .signature
        if isOfSomebodyElse {
            // A signature without a certificate that fits no known key may be another's as well as broken.
            verdict.isStranger = true
        }
        // Where nobody is asked for, nothing is known of the keys and roots of whoever signed.
        if signers == nil, isOfSomebodyElse || !isKeyed && Self.aboutForeignRoots.contains(fault.reason) {
            verdict.state = .unverifiableOffline
            verdict.reason = OfflineReason.noPolicy.rawValue
        }
        return verdict
    }

    private static let aboutForeignRoots: Set<EvidenceReason> = [.chain, .sct, .log, .timestamp, .notime]

    private func role(of verified: VerifiedSignature, _ found: FoundEvidence) -> EvidenceVerdict.Role {
        if let statement = verified.statement {
            return statement.predicateType == InTotoStatement.cosignSign
                ? .signature : .attestation(statement.predicateType)
        }
        // A bare signature is one of a file; for an image it would have to be of a payload that names it.
        return verified.payload != nil || !found.isAboutImage ? .signature : .unknown
    }

    private func claimedRole(of evidence: SignedEvidence, _ found: FoundEvidence) -> EvidenceVerdict.Role {
        guard let type = evidence.claimedPredicateType else {
            return evidence.format == .imageSignature || !found.isAboutImage ? .signature : .unknown
        }
        return type == InTotoStatement.cosignSign ? .signature : .attestation(type)
    }
}
