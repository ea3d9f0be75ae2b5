package import ArgumentParser
import BundleFormat
import LibCrypto
import ReleaseRecord
import SystemPackage
import Trust
package import VendorProof

/// Who has to have signed the vendor's part of a release, said for one run, or that nobody has to.
package struct VendorOptions: ParsableArguments {
    @Option(
        name: .customLong("vendor-key"),
        help: ArgumentHelp(
            "Public key (PEM) that images and files may be signed with; may be given several times.",
            valueName: "pub"))
    package var keys: [String] = []

    @Option(help: ArgumentHelp("Who a certificate has to be for, exactly.", valueName: "identity"))
    package var certificateIdentity: String?

    @Option(
        help: ArgumentHelp(
            "Who a certificate has to be for, as a regular expression; anchor it with ^ and $.",
            valueName: "regexp"))
    package var certificateIdentityRegexp: String?

    @Option(help: ArgumentHelp("Who has to have vouched for the identity, exactly.", valueName: "url"))
    package var certificateOidcIssuer: String?

    @Option(
        help: ArgumentHelp(
            "Who has to have vouched for the identity, as a regular expression.", valueName: "regexp"))
    package var certificateOidcIssuerRegexp: String?

    @Option(
        help: ArgumentHelp(
            "The repository that has to have asked for the certificate, as https://HOST/OWNER/NAME.",
            valueName: "url"))
    package var sourceRepository: String?

    @Option(
        help: ArgumentHelp(
            "A Sigstore trusted root, JSON or JSON lines; may be given several times.", valueName: "file"))
    package var trustedRoot: [String] = []

    @Flag(help: "Go on without verifying what the vendor signed; output and record say so.")
    package var noVendorProof = false

    package init() {}

    private var namesIdentity: Bool {
        certificateIdentity != nil || certificateIdentityRegexp != nil || certificateOidcIssuer != nil
            || certificateOidcIssuerRegexp != nil || sourceRepository != nil || !trustedRoot.isEmpty
    }

    private var isUsed: Bool { !keys.isEmpty || namesIdentity }

    package func validate() throws {
        guard !noVendorProof || !isUsed else {
            throw ValidationError(
                "--no-vendor-proof asks for nothing: the options that name vendors have no meaning with it")
        }
        guard certificateIdentity == nil || certificateIdentityRegexp == nil,
            certificateOidcIssuer == nil || certificateOidcIssuerRegexp == nil
        else {
            throw ValidationError("give an identity and an issuer in one form each: exact or --…-regexp")
        }
        guard namesIdentity else { return }
        guard certificateIdentity != nil || certificateIdentityRegexp != nil,
            certificateOidcIssuer != nil || certificateOidcIssuerRegexp != nil, !trustedRoot.isEmpty
        else {
            throw ValidationError(
                "a certificate is known by three things together: --certificate-identity[-regexp], "
                    + "--certificate-oidc-issuer[-regexp] and --trusted-root")
        }
    }

    /// The options that the record keeps.
    package var used: [String] {
        func named(_ name: String, _ value: String?) -> [String] { value.map { ["\(name) \($0)"] } ?? [] }
        return keys.map { "--vendor-key \($0)" }
            + named("--certificate-identity", certificateIdentity)
            + named("--certificate-identity-regexp", certificateIdentityRegexp)
            + named("--certificate-oidc-issuer", certificateOidcIssuer)
            + named("--certificate-oidc-issuer-regexp", certificateOidcIssuerRegexp)
            + named("--source-repository", sourceRepository) + trustedRoot.map { "--trusted-root \($0)" }
    }

    /// The check that is left out, for the record.
    func overrides(reason: String?) -> [RecordContents.Override] {
        noVendorProof ? [RecordContents.Override(option: "--no-vendor-proof", reason: reason)] : []
    }

    /// What is doubtful in what was said, to be told by every command that goes by it.
    package func notices(beside document: TrustDocument?) throws -> [String] {
        var notices: [String] = []
        if noVendorProof {
            notices.append(
                "--no-vendor-proof: what the vendor signed is NOT CHECKED; the bundle's signer alone vouches for everything"
            )
        }
        for text in [certificateIdentityRegexp, certificateOidcIssuerRegexp].compactMap(\.self) {
            if let pattern = try? TextPattern(text), !pattern.isAnchoredAtStart || !pattern.isAnchoredAtEnd {
                notices.append(
                    "the regular expression \(text) is not anchored with ^ and $: it matches a text that only contains what "
                        + "it describes [policy.unanchored]")
            }
        }
        let doubtful = document?.file.notices(now: Clock.now).filter { $0.word == .unanchored } ?? []
        return notices + doubtful.map { "\($0.text) [\($0.word.rawValue)]" }
    }

    /// - Parameter document: the trust file, where one was given.
    /// - Throws: `vendor.none` where nothing was said: nobody goes without proof unasked.
    package func demand(beside document: TrustDocument?) throws -> VendorDemand {
        if noVendorProof { return .none }
        guard let demand = try offered(beside: document) else {
            let name = document.map { "\($0.file.name) has no policies" } ?? "no trust given"
            throw Finding(
                .usage, "vendor.none", at: .policy,
                "\(name): what the vendor has to have signed is the reader's decision; give --trust FILE with policies "
                    + "(`cgbundle trust check FILE` explains one), or --certificate-identity, --certificate-oidc-issuer and "
                    + "--trusted-root, or --vendor-key; --no-vendor-proof goes on without")
        }
        return demand
    }

    /// What was said of the vendor; nothing where nothing was.
    package func offered(beside document: TrustDocument?) throws -> VendorDemand? {
        guard !noVendorProof else { return nil }
        let policies = document?.file.policies ?? []
        guard isUsed else {
            return policies.isEmpty ? nil : try document.map { .proof(try $0.vendorTrust(), now: Clock.now) }
        }
        guard policies.isEmpty else {
            throw Finding(
                .usage, "trust.both", at: .policy,
                "\(document?.file.name ?? "--trust") has policies, and other options name vendors too: give one of them"
            )
        }
        return .proof(try trust(), now: Clock.now)
    }

    /// The same model as a trust file's: images need proof, charts and files are judged where they have any.
    private func trust() throws -> VendorTrust {
        var roots: [RequiredRoot] = []
        for name in trustedRoot {
            let bytes = try InputFile.bytes(of: name, limit: 16 << 20)
            do throws(EvidenceFault) {
                for root in try TrustedRoot.read(bytes, name: name) {
                    roots.append(
                        RequiredRoot(name: name, root: root, requires: try RequiredChecks(for: root)))
                }
            } catch {
                throw Finding(.trust, error.reason.rawValue, at: .policy, error.text)
            }
        }
        let trusted = try keys.map { name in
            TrustedKey(name: name, key: try Self.read(name))
        }
        let signers = try identities() + keys.map(AcceptedSigner.key)
        let others = [VendorObjectKind.chart, .file].map { VendorPolicy.Match($0, .everything) }
        return VendorTrust(
            roots: roots, keys: trusted,
            policies: [
                VendorPolicy(match: [VendorPolicy.Match(.image, .everything)], anyOf: signers),
                VendorPolicy(match: others, anyOf: signers, onMissing: .warn),
            ])
    }

    private func identities() throws -> [AcceptedSigner] {
        guard namesIdentity else { return [] }
        let issuer = try Self.pin(
            certificateOidcIssuer, certificateOidcIssuerRegexp, "--certificate-oidc-issuer-regexp")
        let subject = try Self.pin(
            certificateIdentity, certificateIdentityRegexp, "--certificate-identity-regexp")
        guard let issuer, let subject else { return [] }
        let claims =
            sourceRepository.map { [CertificateIdentity.Claim.sourceRepository: TextPin.exact($0)] } ?? [:]
        return Set(trustedRoot).sorted().map {
            .identity(IdentityPin(root: $0, issuer: issuer, subject: subject, claims: claims))
        }
    }

    private static func pin(_ exact: String?, _ regexp: String?, _ option: String) throws(Finding) -> TextPin?
    {
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

    private static func read(_ file: String) throws -> VerificationKey {
        let bytes = try InputFile.bytes(of: file, limit: 65_536)
        do throws(KeyError) {
            return try VerificationKey(pem: bytes)
        } catch {
            throw Finding(error, file: file)
        }
    }
}
