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

    /// Refuses a certificate of somebody else.
    ///
    /// - Parameter version: of the release that is judged.
    func require(_ identity: CertificateIdentity, version: String?) throws(EvidenceFault) {
        try identity.requireIssuer(described: issuer.described(version: version)) {
            issuer.matches($0, version: version)
        }
        try identity.requireSubject(described: subject.described(version: version)) {
            subject.matches($0, version: version)
        }
        for (claim, pin) in claims.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try identity.require(claim, described: pin.described(version: version)) {
                pin.matches($0, version: version)
            }
        }
    }

    /// Whether it can be judged only where the version of the release is known.
    package var namesVersion: Bool { ([issuer, subject] + claims.values).contains(where: \.namesVersion) }
}

/// A text of a certificate, pinned.
package enum TextPin: Hashable, Sendable {
    /// Byte for byte, where `{version}` stands for the version of the release that is judged.
    case exact(String)
    case pattern(TextPattern)

    package static let placeholder = "{version}"

    package var namesVersion: Bool {
        guard case .exact(let text) = self else { return false }
        return text.utf8.contains(UInt8(ascii: "{"))
    }

    /// - Parameter version: as the release writes it, `v1.0.0`; without one a pin that needs it matches nothing.
    package func matches(_ found: String, version: String?) -> Bool {
        switch self {
        case .exact(let text):
            guard namesVersion else { return found.utf8.elementsEqual(text.utf8) }
            guard let version else { return false }
            return found.utf8.elementsEqual(Self.filled(text, version: version).utf8)
        case .pattern(let pattern):
            return pattern.matches(found)
        }
    }

    /// What is asked for, in words.
    package func described(version: String?) -> String {
        switch self {
        case .exact(let text): version.map { Self.filled(text, version: $0) } ?? text
        case .pattern(let pattern): "something like \(pattern.text)"
        }
    }

    private static func filled(_ text: String, version: String) -> String {
        var filled: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.first {
            if rest.starts(with: placeholder.utf8) {
                filled += version.utf8
                rest = rest.dropFirst(placeholder.utf8.count)
            } else {
                filled.append(first)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: filled, as: UTF8.self)
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
