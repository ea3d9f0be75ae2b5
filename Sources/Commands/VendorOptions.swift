package import ArgumentParser
package import BundleFormat
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

    @OptionGroup package var identity: IdentityOptions

    @Option(
        help: ArgumentHelp(
            "A Sigstore trusted root, JSON or JSON lines; may be given several times.", valueName: "file"))
    package var trustedRoot: [String] = []

    @Flag(help: "Go on without verifying what the vendor signed; output and record say so.")
    package var noVendorProof = false

    package init() {}

    private var isUsed: Bool { !keys.isEmpty || identity.isUsed || !trustedRoot.isEmpty }

    package func validate() throws {
        guard !noVendorProof || !isUsed else {
            throw ValidationError(
                "--no-vendor-proof asks for nothing: the options that name vendors have no meaning with it")
        }
        guard identity.isUsed == !trustedRoot.isEmpty else {
            throw ValidationError(
                "a certificate is known by three things together: --certificate-identity[-regexp], "
                    + "--certificate-oidc-issuer[-regexp] and --trusted-root")
        }
    }

    /// The options that the record keeps.
    package var used: [String] {
        keys.map { "--vendor-key \($0)" } + identity.used + trustedRoot.map { "--trusted-root \($0)" }
    }

    /// The check that is left out, for the record.
    func overrides(reason: String?) -> [RecordContents.Override] {
        noVendorProof ? [RecordContents.Override(option: "--no-vendor-proof", reason: reason)] : []
    }

    /// What is doubtful in what was said, to be told by every command that goes by it.
    package func notices(beside document: TrustDocument?) -> [Finding] {
        var notices: [Finding] = []
        if noVendorProof {
            notices.append(
                Finding(
                    warning: "vendor.unchecked",
                    "--no-vendor-proof: what the vendor signed is NOT CHECKED; the bundle's signer alone vouches for "
                        + "everything"))
        }
        return notices + identity.warnings + (document?.unanchored ?? [])
    }

    /// - Parameter document: the trust file, where one was given.
    /// - Throws: `vendor.none` where nothing was said: nobody goes without proof unasked.
    package func demand(beside document: TrustDocument?) throws -> VendorDemand {
        if noVendorProof { return .none(now: Clock.now) }
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
        var inputs = TrustInputs()
        let roots = try inputs.roots(trustedRoot) { root throws(EvidenceFault) in
            try RequiredChecks(for: root)
        }
        let trusted = try keys.map { TrustedKey(name: $0, key: try inputs.key($0)) }
        let identities = try Set(trustedRoot).sorted().compactMap { try identity.signer(underRoot: $0) }
        let signers = identities + keys.map(AcceptedSigner.key)
        let others = [VendorObjectKind.chart, .file].map { VendorPolicy.Match($0, .everything) }
        return VendorTrust(
            roots: roots, keys: trusted,
            policies: [
                VendorPolicy(match: [VendorPolicy.Match(.image, .everything)], anyOf: signers),
                VendorPolicy(match: others, anyOf: signers, onMissing: .warn),
            ], files: inputs.files)
    }
}
