package import ArgumentParser
import BundleFormat
import OCI
import Trust
import VendorProof

/// `cgbundle verify-image`: somebody's signature on an image, with cosign's options.
package struct VerifyImageCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify-image",
        abstract: "Verify the signature of an image in a registry, an OCI layout or a bundle.",
        discussion: """
            Both places are looked at where cosign puts signatures: what refers to the image, and the tag \
            sha256-….sig. One good signature is enough; all of them are told. Only the named registry is read, \
            and verifying itself asks nobody. Examples:

              cgbundle verify-image registry.internal/cloudgrid-bff@sha256:… \\
                --key vendor.pub --insecure-ignore-tlog
              cgbundle verify-image cloudgrid-bff --release-bundle cloudgrid.tar \\
                --bundle-signer exporter.pub --trust trust.json
            """)

    @Argument(
        help: ArgumentHelp(
            "The image by digest: HOST/REPOSITORY@sha256:…; in a bundle its name is enough.",
            valueName: "image"))
    package var image: String

    @OptionGroup package var claims: ImageClaims
    @OptionGroup package var verifier: VerifierOptions
    @OptionGroup package var place: ImagePlaceOptions
    @OptionGroup package var common: CommonOptions

    package init() {}

    package func validate() throws {
        guard place.releaseBundle == nil || (verifier.release == nil && verifier.commit == nil) else {
            throw ValidationError("--release and --commit are in the bundle: leave them out")
        }
    }

    package func run() async throws {
        let (image, claims, verifier, place) = (image, claims, verifier, place)
        let printer = common.printer
        try await CommandRun.perform(printer) {
            let found = try await place.evidence(
                for: image, tag: .sig, beside: try verifier.file.document(), printer)
            let demand = try verifier.demand(for: found.kind, found.policyName, of: found.release)
            demand.warnings.forEach(printer.warning)
            let signatures = found.found.filter { $0.mayBeSignature }
            let artifact = Artifact(sha256: found.digest.sha256)
            let judgement = SignatureJudgement(found.name, signatures, over: artifact, by: demand) {
                verified throws(EvidenceFault) in
                try claims.require(of: verified, about: artifact, repository: found.policyName)
            }
            try judgement.requireOne(
                absence: "no signature of it is there, neither as a referrer nor under a tag")
            try printer.verified(found.name, found.digest, judgement, demand, kind: found.kind)
        }
    }
}

extension FoundEvidence {
    /// Whether it is not plainly a statement of another kind; what cannot be read is told and not skipped.
    fileprivate var mayBeSignature: Bool {
        guard case .success(let evidence) = reading, let type = evidence.claimedPredicateType else {
            return true
        }
        return type == InTotoStatement.cosignSign
    }
}
