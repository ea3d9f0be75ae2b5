import LibCrypto

/// Who a certificate was given to, by whose word, and what else was said.
///
/// sigstore/fulcio, docs/oid-info.md.
package struct CertificateIdentity: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        case uri, email, name
    }

    /// What the issuer says beyond the subject; the raw value is the last arc of the extension's identifier.
    package enum Claim: Int, CaseIterable, Hashable, Sendable {
        case trigger = 2
        case sha, workflowName, workflowRepository, workflowRef
        case buildSigner = 9
        case buildSignerDigest, runnerEnvironment, sourceRepository, sourceDigest, sourceRef,
            sourceRepositoryID
        case sourceOwner, sourceOwnerID, buildConfig, buildConfigDigest, buildTrigger, run, visibility

        /// The first ones are bare text, those since Fulcio 1.0 a UTF8String in DER.
        var isDER: Bool { rawValue > 7 }
    }

    /// The one alternative name.
    package let subject: String
    package let kind: Kind
    /// The OIDC issuer, always to be pinned with the subject: another issuer may name the same subject.
    package let issuer: String
    private let claims: [Claim: String]

    private static let arc = "1.3.6.1.4.1.57264.1."

    init(_ certificate: Certificate) throws(EvidenceFault) {
        (subject, kind) = try Self.subject(of: certificate)
        issuer = try Self.issuer(of: certificate)
        var claims: [Claim: String] = [:]
        for claim in Claim.allCases {
            claims[claim] = try Self.text(claim.rawValue, isDER: claim.isDER, of: certificate)
        }
        self.claims = claims
    }

    package subscript(_ claim: Claim) -> String? { claims[claim] }

    private static func subject(of certificate: Certificate) throws(EvidenceFault) -> (String, Kind) {
        let names = certificate.subjectAlternativeNames
        guard let name = names.first, names.count == 1 else {
            throw fault("expected exactly one alternative name, found \(names.count)")
        }
        switch name {
        case .uri(let text): return (text, .uri)
        case .email(let text): return (text, .email)
        case .fulcioOtherName(let text): return (text, .name)
        case .other(let kind):
            throw fault("expected a URI, an e-mail address or a user name, found \(quoted(kind))")
        }
    }

    /// The newer extension counts; the older one may repeat it and must not say anything else.
    private static func issuer(of certificate: Certificate) throws(EvidenceFault) -> String {
        let new = try text(8, isDER: true, of: certificate)
        let old = try text(1, isDER: false, of: certificate)
        guard let issuer = new ?? old else { throw fault("expected an OIDC issuer, found none") }
        if let old, !old.hasBytes(of: issuer) {
            throw EvidenceFault(
                .issuer,
                "the certificate: expected one OIDC issuer, found \(quoted(issuer)) and \(quoted(old))")
        }
        return issuer
    }

    private static func text(_ last: Int, isDER: Bool, of certificate: Certificate) throws(EvidenceFault)
        -> String?
    {
        guard let value = certificate.extensionValue(oid: arc + String(last)) else { return nil }
        let text = isDER ? decodeUTF8String(value) : String(validating: value, as: UTF8.self)
        guard let text, text.utf8.count <= 4096 else {
            throw fault("the extension \(arc)\(last) is not a text of at most 4096 bytes")
        }
        return text
    }

    private static func fault(_ text: String) -> EvidenceFault {
        EvidenceFault(.certificate, "the certificate: \(text)")
    }
}

extension CertificateIdentity {
    /// Refuses a certificate of another subject.
    ///
    /// - Parameter described: the expectation in the words of the message.
    package func requireSubject(
        described: String, where isAccepted: (String) -> Bool
    ) throws(EvidenceFault) {
        guard isAccepted(subject) else {
            throw EvidenceFault(
                .identity, "the certificate's subject: expected \(described), found \(quoted(subject))")
        }
    }

    /// Refuses a certificate by the word of another issuer.
    package func requireIssuer(described: String, where isAccepted: (String) -> Bool) throws(EvidenceFault) {
        guard isAccepted(issuer) else {
            throw EvidenceFault(
                .issuer, "the certificate's issuer: expected \(described), found \(quoted(issuer))")
        }
    }

    /// Refuses a certificate that says something else, or nothing.
    package func require(
        _ claim: Claim, described: String, where isAccepted: (String) -> Bool
    ) throws(EvidenceFault) {
        let found = claims[claim]
        guard let found, isAccepted(found) else {
            throw EvidenceFault(
                .identity,
                "the certificate's \(claim.memberName): expected \(described), found \(found.map { quoted($0) } ?? "none")"
            )
        }
    }
}
