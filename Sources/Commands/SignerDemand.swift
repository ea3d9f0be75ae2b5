import BundleFormat
import LibCrypto
import Trust

/// Who has to have signed one thing, with the roots and keys by which that is found out.
struct SignerDemand: Sendable {
    let trust: VendorTrust
    let signers: [AcceptedSigner]
    /// The release that the thing belongs to, as far as it is known.
    let release: JudgedRelease
    let needsAuthorityTime: Bool
    /// What is left out on the operator's word.
    let ignored: [String]
    let warnings: [String]

    private var accepts: (identities: Bool, keys: Bool) {
        let keys = signers.count { if case .key = $0 { true } else { false } }
        return (keys < signers.count, keys > 0)
    }

    /// Whether one of the keys has to hash the content itself, so that its bytes are needed.
    var needsMessage: Bool { trust.keys.contains(where: \.key.needsMessage) }

    /// Verifies the evidence, and that it is of one of those who were asked for.
    func verify(_ evidence: SignedEvidence, over artifact: Artifact) throws(EvidenceFault)
        -> VerifiedSignature
    {
        try requireKind(of: evidence)
        switch try trust.judge(evidence, over: artifact, by: signers, for: release) {
        case .stranger(_, let fault): throw fault
        case .accepted(let verified):
            try requireTime(of: verified, evidence.name)
            return verified
        }
    }

    /// Refuses a certificate where only keys are asked for, and the reverse, before asking whether it holds.
    private func requireKind(of evidence: SignedEvidence) throws(EvidenceFault) {
        switch evidence.signer {
        case .certificate where !accepts.identities:
            throw EvidenceFault(
                .key,
                "\(evidence.name): is signed with a certificate, expected a signature of the key that was given"
            )
        case .hintedKey where !accepts.keys, .enclosedKey where !accepts.keys:
            throw EvidenceFault(
                .key,
                "\(evidence.name): is signed with a key, expected a certificate of the identity that was given"
            )
        case .certificate, .hintedKey, .enclosedKey, .unnamed: break
        }
    }

    private func requireTime(of verified: VerifiedSignature, _ name: String) throws(EvidenceFault) {
        let isStamped = verified.times.contains {
            if case .timestampAuthority = $0.source { true } else { false }
        }
        guard !needsAuthorityTime || isStamped else {
            throw EvidenceFault(
                .notime, "\(name): expected a time by a timestamp authority, found none",
                state: .unverifiableOffline)
        }
    }
}

extension Finding {
    /// What is wrong with a piece of evidence, where that is what was asked.
    init(_ fault: EvidenceFault, of object: String? = nil) {
        let state = fault.state == .unverifiableOffline ? "cannot be verified offline: " : ""
        let name = object.map { "\($0): " } ?? ""
        self.init(.trust, fault.reason.rawValue, at: .signature, name + state + fault.text)
    }
}
