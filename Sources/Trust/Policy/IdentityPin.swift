/// What a certificate must say for its signature to count.
///
/// Issuer and subject are always pinned together: one e-mail address from two issuers is two people.
package struct IdentityPin: Hashable, Sendable {
    /// The trusted root that the certificate has to come from, by its name.
    package let root: String
    package let issuer: TextPin
    /// The certificate's one subject alternative name.
    package let subject: TextPin
    /// Further claims, each exact.
    package let claims: [CertificateIdentity.Claim: TextPin]

    package init(
        root: String, issuer: TextPin, subject: TextPin, claims: [CertificateIdentity.Claim: TextPin] = [:]
    ) {
        self.root = root
        self.issuer = issuer
        self.subject = subject
        self.claims = claims
    }

    /// Refuses a certificate that this pin does not describe.
    func require(_ identity: CertificateIdentity, for release: JudgedRelease) throws(EvidenceFault) {
        try identity.requireIssuer(described: issuer.described(for: release)) {
            issuer.matches($0, for: release)
        }
        try identity.requireSubject(described: subject.described(for: release)) {
            subject.matches($0, for: release)
        }
        for (claim, pin) in claims.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try identity.require(claim, described: pin.described(for: release)) {
                pin.matches($0, for: release)
            }
        }
    }

    /// Placeholders that need a release before the pin can be judged.
    package var placeholders: [Placeholder] {
        let named = Set(([issuer, subject] + claims.values).flatMap(\.placeholders))
        return Placeholder.allCases.filter(named.contains)
    }
}

extension AcceptedSigner {
    /// Placeholders that need a release before the signer can be judged.
    package var placeholders: [Placeholder] {
        switch self {
        case .key: []
        case .identity(let pin): pin.placeholders
        }
    }
}

extension [IdentityPin] {
    /// Refuses a certificate that none of the pins describes.
    ///
    /// The fault is of the pin that comes closest: one with this issuer and subject, else one with this issuer.
    func requireOne(_ identity: CertificateIdentity, for release: JudgedRelease) throws(EvidenceFault) {
        var fault: EvidenceFault?
        let sameIssuer = filter { $0.issuer.matches(identity.issuer, for: release) }
        let sameSubject = sameIssuer.filter { $0.subject.matches(identity.subject, for: release) }
        for pin in sameSubject {
            do throws(EvidenceFault) {
                return try pin.require(identity, for: release)
            } catch {
                fault = fault ?? error
            }
        }
        if let fault { throw fault }
        let isSubjectWrong = !sameIssuer.isEmpty
        let expected = (isSubjectWrong ? sameIssuer.map(\.subject) : map(\.issuer)).map {
            $0.described(for: release)
        }
        let distinct = expected.enumerated().filter { !expected[..<$0.offset].contains($0.element) }
        let described = distinct.map(\.element).joined(separator: " or ")
        if isSubjectWrong {
            try identity.requireSubject(described: described) { _ in false }
        } else {
            try identity.requireIssuer(described: described) { _ in false }
        }
    }
}

extension CertificateIdentity.Claim {
    /// What a trust file calls it.
    package var memberName: String {
        switch self {
        case .trigger: "workflow-trigger"
        case .sha: "workflow-sha"
        case .workflowName: "workflow-name"
        case .workflowRepository: "workflow-repository"
        case .workflowRef: "workflow-ref"
        case .buildSigner: "build-signer"
        case .buildSignerDigest: "build-signer-digest"
        case .runnerEnvironment: "runner-environment"
        case .sourceRepository: "source-repository"
        case .sourceDigest: "source-digest"
        case .sourceRef: "source-ref"
        case .sourceRepositoryID: "source-repository-id"
        case .sourceOwner: "source-owner"
        case .sourceOwnerID: "source-owner-id"
        case .buildConfig: "build-config"
        case .buildConfigDigest: "build-config-digest"
        case .buildTrigger: "build-trigger"
        case .run: "run"
        case .visibility: "visibility"
        }
    }
}
