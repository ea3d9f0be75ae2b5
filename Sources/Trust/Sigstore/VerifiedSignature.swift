/// A signature that held against all that was asked of it, and what was learned on the way.
///
/// The only way to own one is `EvidenceVerifier.verify`. Whether its signer is the right one is the policy's to say.
package struct VerifiedSignature: Sendable {
    package enum Signer: Hashable, Sendable {
        /// Somebody with a certificate of the named root.
        case identity(CertificateIdentity, root: String)
        case key(name: String, KeyID)
    }

    /// What was proved, in the order in which it was.
    package enum Check: String, Hashable, Sendable {
        case digest, signature, certificate, chain, sct, log, entry, time, claims
    }

    package let signer: Signer
    package let format: SignedEvidence.Format
    package let times: [ProvenTime]
    package let logEntries: [VerifiedLogEntry]
    /// Entries of logs that the trusted root does not know.
    package let otherLogEntries: Int
    /// The certificate transparency logs that vouch for the certificate.
    package let ctLogs: [String]
    package let statement: InTotoStatement?
    package let payload: SimpleSigningPayload?
    package let checks: [Check]

    init(_ signer: Signer, _ evidence: SignedEvidence, _ claims: ClaimsCheck, _ proof: RootProof) {
        self.signer = signer
        format = evidence.format
        times = proof.times
        logEntries = proof.logged.map(VerifiedLogEntry.init)
        otherLogEntries = evidence.entries.count - proof.logged.count
        ctLogs = proof.ctLogs.map(\.name)
        statement = claims.statement
        payload = claims.payload
        var checks: [Check] = [.digest, .signature]
        if case .identity = signer { checks += [.certificate, .chain] }
        if !proof.ctLogs.isEmpty { checks.append(.sct) }
        if !proof.logged.isEmpty { checks += [.log, .entry] }
        if !proof.times.isEmpty { checks.append(.time) }
        if statement != nil || payload != nil { checks.append(.claims) }
        self.checks = checks
    }
}

/// A log's entry of the signature, as it was proved.
package struct VerifiedLogEntry: Hashable, Sendable {
    /// The log's address without the scheme.
    package let log: String
    package let logIndex: Int64
    package let hasPromise: Bool
    package let hasProof: Bool

    init(_ logged: LoggedEntry) {
        log = logged.log.name
        logIndex = logged.entry.logIndex
        hasPromise = logged.entry.promise != nil
        hasProof = logged.entry.proof != nil
    }
}
