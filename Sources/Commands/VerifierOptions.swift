package import ArgumentParser
import BundleFormat
import LibCrypto
import ReleaseSet
import Trust

/// Whose signature is believed by a command that verifies one thing, with cosign's options or by a trust file.
package struct VerifierOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Public key (PEM) that has to have signed. A log entry is needed too, unless --insecure-ignore-tlog.",
            valueName: "pub"))
    package var key: String?

    @OptionGroup package var identity: IdentityOptions

    @Option(
        help: ArgumentHelp(
            "A Sigstore trusted root, JSON or JSON lines; may be given several times.", valueName: "file"))
    package var trustedRoot: [String] = []

    @OptionGroup package var file: TrustFileOption

    @Option(
        help: ArgumentHelp(
            "The release that {version} in the trust file stands for, such as v1.0.0.", valueName: "version"))
    package var release: String?

    @Option(
        help: ArgumentHelp(
            "The commit that {commit} in the trust file stands for, 40 lowercase hex digits.",
            valueName: "sha"))
    package var commit: String?

    @Option(
        help: ArgumentHelp(
            "How much a certificate needs, as tlog=N, sct=N or time=N; may be given several times. Default: one of each.",
            valueName: "kind=n"))
    package var require: [RequiredCount] = []

    @Flag(help: "Ask for a time by a timestamp authority.")
    package var useSignedTimestamps = false

    @Flag(help: "Do not ask for an entry in a transparency log. One that is there still has to hold.")
    package var insecureIgnoreTlog = false

    @Flag(help: "Do not ask for the certificate's timestamp by a certificate log.")
    package var insecureIgnoreSct = false

    @OptionGroup package var refused: RefusedOptions

    package init() {}

    package func validate() throws {
        guard Set(require.map(\.kind)).count == require.count else {
            throw ValidationError("--require: each of tlog, sct and time once")
        }
        guard file.trust == nil else { return try validateTrustFile() }
        guard release == nil, commit == nil else {
            throw ValidationError(
                "--release and --commit are values for {version} and {commit} in a trust file: give --trust")
        }
        guard key == nil || !identity.isUsed else {
            throw ValidationError(
                "--key and a certificate's identity exclude each other: a signature is by one of them")
        }
        guard key == nil || (require.isEmpty && !insecureIgnoreSct) else {
            throw ValidationError(
                "--require and --insecure-ignore-sct are about certificates, and --key is given")
        }
        guard !identity.isUsed || !trustedRoot.isEmpty else {
            throw ValidationError(
                "a certificate proves nothing without the authorities that gave it: give --trusted-root")
        }
    }

    private func validateTrustFile() throws {
        if let commit, !JudgedRelease.isCommit(commit) {
            throw ValidationError("--commit: expected 40 lowercase hex digits, found \"\(commit)\"")
        }
        let others =
            key != nil || identity.isUsed || !trustedRoot.isEmpty || !require.isEmpty || insecureIgnoreTlog
            || insecureIgnoreSct
        guard !others else {
            throw ValidationError(
                "--trust says who has to have signed and how much that needs; the options that say so too have no place "
                    + "beside it")
        }
    }

    /// - Parameters:
    ///   - name: what policies call the thing; nothing where it has no name.
    ///   - release: the one that the thing comes from, as far as it is known.
    func demand(
        for kind: VendorObjectKind, _ name: String?, of release: JudgedRelease = .none
    ) throws -> SignerDemand {
        if let document = try file.document() { return try demand(of: document, for: kind, name, release) }
        var inputs = TrustInputs()
        let roots = try inputs.roots(trustedRoot, requiring: required)
        var signers: [AcceptedSigner] = []
        for root in Set(roots.map(\.name)).sorted() {
            if let signer = try identity.signer(underRoot: root) { signers.append(signer) }
        }
        let keys = try key.map { [try trustedKey($0, &inputs)] } ?? []
        signers += keys.map { .key($0.name) }
        guard !signers.isEmpty else {
            throw Finding(
                .usage, "vendor.none", at: .policy,
                "no signer named: who has to have signed is the reader's decision; give --key FILE, or "
                    + "--certificate-identity, --certificate-oidc-issuer and --trusted-root, or --trust FILE")
        }
        return SignerDemand(
            trust: VendorTrust(roots: roots, keys: keys, policies: [], files: inputs.files), signers: signers,
            release: .none, needsAuthorityTime: useSignedTimestamps, ignored: ignored, warnings: warnings)
    }

    private func demand(
        of document: TrustDocument, for kind: VendorObjectKind, _ name: String?, _ known: JudgedRelease
    ) throws -> SignerDemand {
        guard let name else {
            throw Finding(
                .usage, "vendor.unnamed", at: .policy,
                "\(document.file.name): a policy is chosen by a name, and what comes as a digest or from standard input "
                    + "has none; name the signer with --key or --certificate-identity")
        }
        let trust = try document.vendorTrust()
        guard let policy = trust.policy(for: kind, name) else {
            throw Finding(
                .trust, "vendor.nopolicy", at: .policy,
                "\(kind.rawValue) \(name): no policy of \(document.file.name) matches it")
        }
        let judged = JudgedRelease(
            version: try release.map { text throws(ReleaseSetError) in try ReleaseVersion(text).text }
                ?? known.version,
            commit: commit ?? known.commit)
        let subject = "\(document.file.name): the policy for \(kind.rawValue) \(name)"
        let named = Set(policy.anyOf.flatMap(\.placeholders))
        guard judged.version != nil || !named.contains(.version) else {
            throw Finding(
                .usage, "vendor.version", at: .policy,
                "\(subject) names {version}; give its value with --release VERSION")
        }
        guard judged.commit != nil || !named.contains(.commit) else {
            throw Finding(
                .usage, "vendor.commit", at: .policy,
                "\(subject) names {commit}; give its value, the commit of the release manifest, with --commit SHA"
            )
        }
        return SignerDemand(
            trust: trust, signers: policy.anyOf, release: judged, needsAuthorityTime: useSignedTimestamps,
            ignored: [],
            warnings: (document.unanchored + Self.unused(document.file.waivers, for: name)).map(\.told))
    }

    /// Waivers let a whole release go on; a single thing is asked for in order to know whether its signature holds.
    private static func unused(_ waivers: [Waiver], for name: String) -> [Finding] {
        waivers.filter { $0.object.matches(name) }.map { waiver in
            Finding(
                warning: "policy.unused",
                "the waiver of \(waiver.object) lets a release go on without proof and does not count here: \(waiver.reason)"
            )
        }
    }

    private func required(of root: TrustedRoot) throws(EvidenceFault) -> RequiredChecks {
        func count(_ kind: RequiredCount.Kind) -> Int? { require.first { $0.kind == kind }?.count }
        // A key's own log entry is asked for with the key, so an empty root only has no entry to offer.
        let (tlog, sct) = key == nil ? (count(.tlog), count(.sct)) : (nil, 0)
        let ignoresTlog = insecureIgnoreTlog || (key != nil && root.logs.isEmpty)
        return try RequiredChecks(
            for: root, tlog: ignoresTlog ? 0 : tlog, sct: insecureIgnoreSct ? 0 : sct, time: count(.time))
    }

    private func trustedKey(_ name: String, _ inputs: inout TrustInputs) throws -> TrustedKey {
        try RefusedOptions.requireFile("--key", name)
        return TrustedKey(
            name: name, key: try inputs.key(name), tlog: insecureIgnoreTlog ? .optional : .required)
    }

    /// What a certificate's evidence is not asked for though the roots could show it.
    private var ignored: [String] {
        (insecureIgnoreTlog ? ["tlog"] : []) + (insecureIgnoreSct ? ["sct"] : [])
            + require.filter { $0.count == 0 }.map(\.kind.rawValue)
    }

    private var warnings: [String] {
        identity.warnings.map(\.told)
            + (insecureIgnoreTlog
                ? [
                    "--insecure-ignore-tlog: NOT CHECKED that a public log has an entry of the signature, so nobody else "
                        + "can have noticed it [vendor.ignored]"
                ] : [])
            + (insecureIgnoreSct
                ? [
                    "--insecure-ignore-sct: NOT CHECKED that a certificate log has seen the certificate, so its owner "
                        + "cannot have noticed it [vendor.ignored]"
                ] : [])
            + require.filter { $0.count == 0 }.map {
                "--require \($0.kind.rawValue)=0: NOT CHECKED [vendor.ignored]"
            }
    }
}
