package import Trust

/// What came of one piece of evidence for one object.
package struct EvidenceVerdict: Sendable {
    /// What a signature says of the object.
    package enum Role: Hashable, Sendable {
        /// That its signer stands for it.
        case signature
        /// Something about it, such as how it was built.
        case attestation(String)
        /// That a list which names it is good.
        case listing
        /// Not known, since it could not be read or does not hold.
        case unknown

        package var word: String {
            switch self {
            case .signature: "signature"
            case .attestation: "attestation"
            case .listing: "checksum"
            case .unknown: "unknown"
            }
        }
    }

    /// How much of a file is signed.
    package struct Prefix: Hashable, Sendable {
        package let signedBytes: Int
        package let signedLines: Int
        package let totalLines: Int
    }

    package let name: String
    package let role: Role
    package var state: ProofState
    /// The stable word: of a fault, or why it cannot be verified here.
    package var reason: String?
    /// One clause for people.
    package var text: String?
    package let format: SignedEvidence.Format?
    package let signature: VerifiedSignature?
    package let prefix: Prefix?
    /// Whether it holds and is of somebody else.
    var isStranger = false

    init(
        _ name: String, _ role: Role, _ state: ProofState, reason: String? = nil, text: String? = nil,
        format: SignedEvidence.Format? = nil, signature: VerifiedSignature? = nil, prefix: Prefix? = nil,
    ) {
        self.name = name
        self.role = role
        self.state = state
        self.reason = reason
        self.text = text
        self.format = format
        self.signature = signature
        self.prefix = prefix
    }

    /// Evidence that proves nothing.
    init(_ name: String, _ role: Role, _ fault: EvidenceFault, format: SignedEvidence.Format? = nil) {
        switch fault.state {
        case .invalid:
            self.init(
                name, role, .invalid, reason: fault.reason.rawValue, text: fault.text, format: format)
        case .unverifiableOffline:
            self.init(
                name, role, .unverifiableOffline, reason: OfflineReason(fault.reason).rawValue,
                text: fault.text,
                format: format)
        }
    }

    /// When it is proved to have been there, the earliest.
    package var time: Timestamp? { signature?.times.map(\.time).min() }

    /// Whether it is enough for an object of its kind.
    var proves: Bool {
        guard state == .verified else { return false }
        if case .attestation = role { return countsAsStatement }
        return true
    }

    /// Whether a statement about the object counts as proof of it.
    var countsAsStatement = false
}

extension OfflineReason {
    init(_ reason: EvidenceReason) {
        self =
            switch reason {
            case .notime: .noTime
            case .certificate: .noCertificate
            case .root: .noRoot
            case .log: .noLogEntry
            case .signature: .unsupportedAlgorithm
            case .key: .noKey
            default: .unsupportedFormat
            }
    }
}
