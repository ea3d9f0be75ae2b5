package import ArgumentParser
import BundleFormat
import Trust

/// Who has to have signed with a certificate, in cosign's words.
package struct IdentityOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Who the certificate has to be for, exactly.", valueName: "identity"))
    package var certificateIdentity: String?

    @Option(
        help: ArgumentHelp(
            "Who the certificate has to be for, as a regular expression; anchor it with ^ and $.",
            valueName: "regexp"))
    package var certificateIdentityRegexp: String?

    @Option(help: ArgumentHelp("Who has to have vouched for the identity, exactly.", valueName: "url"))
    package var certificateOidcIssuer: String?

    @Option(
        help: ArgumentHelp(
            "Who has to have vouched for the identity, as a regular expression.", valueName: "regexp"))
    package var certificateOidcIssuerRegexp: String?

    @Option(
        help: ArgumentHelp("The event that the certificate has to name, such as push.", valueName: "text"))
    package var certificateGithubWorkflowTrigger: String?

    @Option(help: ArgumentHelp("The commit that the certificate has to name.", valueName: "sha"))
    package var certificateGithubWorkflowSha: String?

    @Option(help: ArgumentHelp("The workflow's name that the certificate has to hold.", valueName: "text"))
    package var certificateGithubWorkflowName: String?

    @Option(
        help: ArgumentHelp(
            "The repository that the certificate has to name, as OWNER/NAME.", valueName: "text"))
    package var certificateGithubWorkflowRepository: String?

    @Option(
        help: ArgumentHelp("The ref that the certificate has to name, as refs/….", valueName: "ref"))
    package var certificateGithubWorkflowRef: String?

    @Option(
        help: ArgumentHelp(
            "The repository that has to have asked for the certificate, as https://HOST/OWNER/NAME.",
            valueName: "url"))
    package var sourceRepository: String?

    package init() {}

    package var isUsed: Bool {
        certificateIdentity != nil || certificateIdentityRegexp != nil || certificateOidcIssuer != nil
            || certificateOidcIssuerRegexp != nil || !claims.isEmpty
    }

    private var claims: [CertificateIdentity.Claim: TextPin] {
        let given: [(CertificateIdentity.Claim, String?)] = [
            (.trigger, certificateGithubWorkflowTrigger), (.sha, certificateGithubWorkflowSha),
            (.workflowName, certificateGithubWorkflowName),
            (.workflowRepository, certificateGithubWorkflowRepository),
            (.workflowRef, certificateGithubWorkflowRef), (.sourceRepository, sourceRepository),
        ]
        return Dictionary(
            uniqueKeysWithValues: given.compactMap { claim, text in text.map { (claim, .exact($0)) } })
    }

    /// An identity without its issuer is nobody: another issuer may give the same name to somebody else.
    package func validate() throws {
        guard certificateIdentity == nil || certificateIdentityRegexp == nil,
            certificateOidcIssuer == nil || certificateOidcIssuerRegexp == nil
        else {
            throw ValidationError("give identity and issuer in one form each, exact or --…-regexp")
        }
        guard isUsed else { return }
        guard certificateIdentity != nil || certificateIdentityRegexp != nil else {
            throw ValidationError(
                "a certificate is asked for, and not whose: give --certificate-identity or "
                    + "--certificate-identity-regexp")
        }
        guard certificateOidcIssuer != nil || certificateOidcIssuerRegexp != nil else {
            throw ValidationError(
                "an identity is worth what its issuer is: give --certificate-oidc-issuer or "
                    + "--certificate-oidc-issuer-regexp")
        }
    }

    /// The options that were given, for a record.
    var used: [String] {
        let given = [
            ("--certificate-identity", certificateIdentity),
            ("--certificate-identity-regexp", certificateIdentityRegexp),
            ("--certificate-oidc-issuer", certificateOidcIssuer),
            ("--certificate-oidc-issuer-regexp", certificateOidcIssuerRegexp),
            ("--certificate-github-workflow-trigger", certificateGithubWorkflowTrigger),
            ("--certificate-github-workflow-sha", certificateGithubWorkflowSha),
            ("--certificate-github-workflow-name", certificateGithubWorkflowName),
            ("--certificate-github-workflow-repository", certificateGithubWorkflowRepository),
            ("--certificate-github-workflow-ref", certificateGithubWorkflowRef),
            ("--source-repository", sourceRepository),
        ]
        return given.compactMap { option, text in text.map { "\(option) \($0)" } }
    }

    /// The identity under a root; nothing where none is asked for.
    func signer(underRoot root: String) throws(Finding) -> AcceptedSigner? {
        let issuer = try Self.pin(
            certificateOidcIssuer, certificateOidcIssuerRegexp, "--certificate-oidc-issuer-regexp")
        let subject = try Self.pin(
            certificateIdentity, certificateIdentityRegexp, "--certificate-identity-regexp")
        guard let issuer, let subject else { return nil }
        return .identity(IdentityPin(root: root, issuer: issuer, subject: subject, claims: claims))
    }

    /// Regular expressions that match inside of longer texts, which cosign's do without a word.
    var warnings: [Finding] {
        [
            ("--certificate-identity-regexp", certificateIdentityRegexp),
            ("--certificate-oidc-issuer-regexp", certificateOidcIssuerRegexp),
        ].compactMap { option, text in
            guard let text, let pattern = try? TextPattern(text) else { return nil }
            let missing = (pattern.isAnchoredAtStart ? [] : ["^"]) + (pattern.isAnchoredAtEnd ? [] : ["$"])
            guard !missing.isEmpty else { return nil }
            return Finding(
                warning: "policy.unanchored",
                "\(option): \(text) has no \(missing.joined(separator: " and no ")): it matches a text that only "
                    + "contains what it describes")
        }
    }

    private static func pin(
        _ exact: String?, _ regexp: String?, _ option: String
    ) throws(Finding) -> TextPin? {
        if let exact { return .exact(exact) }
        guard let regexp else { return nil }
        do throws(PatternError) {
            return .pattern(try TextPattern(regexp))
        } catch {
            throw Finding(
                .usage, "policy.regexp", at: .policy,
                "\(option): the regular expression is not taken: \(error)")
        }
    }
}
