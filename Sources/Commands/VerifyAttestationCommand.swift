package import ArgumentParser
import BundleFormat
import Trust

/// `cgbundle verify-attestation`: a signed statement about a file.
package struct VerifyAttestationCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify-attestation",
        abstract: "Verify a signed statement about a file: how it was built, what it consists of.",
        discussion: """
            The kind of statement must be asked for: a signed list of parts is no proof of how a thing was built. \
            Example:

              cgbundle verify-attestation cloudgrid-1.0.0.tgz --bundle attestation.jsonl --type slsaprovenance1 \\
                --certificate-identity https://github.com/OWNER/NAME/.github/workflows/release.yml@refs/tags/v1.0.0 \\
                --certificate-oidc-issuer https://token.actions.githubusercontent.com --trusted-root trusted_root.json
            """)

    @Argument(
        help: ArgumentHelp(
            "The file, - for standard input, or the digest of what is spoken of.",
            valueName: "file|sha256:hex"))
    package var object: String

    @Option(
        help: ArgumentHelp(
            "The kind of statement: \(PredicateType.names.joined(separator: ", ")), or a URI.",
            valueName: "type"))
    package var type: PredicateType

    @OptionGroup package var evidence: EvidenceFiles
    @OptionGroup package var verifier: VerifierOptions
    @OptionGroup package var common: CommonOptions

    package init() {}

    package func validate() throws {
        try evidence.requireOne()
    }

    package func run() async throws {
        let (object, type, printer) = (object, type, common.printer)
        let (evidence, verifier) = (evidence, verifier)
        try await CommandRun.perform(printer) {
            let found = try evidence.read()
            let demand = try verifier.demand(for: .file, VerifiedContent.policyName(of: object))
            demand.warnings.forEach(printer.warning)
            // The envelope is what a key signs, and it is at hand; of the file a digest will do.
            let content = try VerifiedContent(object, needsMessage: false)
            let judgement = SignatureJudgement(content.name, found, over: content.artifact, by: demand) {
                verified throws(EvidenceFault) in try type.require(of: verified)
            }
            try judgement.requireOne(absence: "no attestation was given")
            try printer.verified(content.name, content.digest, judgement, demand, kind: .file)
        }
    }
}

extension PredicateType {
    /// Refuses a signature without a statement, and a statement of another kind.
    func require(of verified: VerifiedSignature) throws(EvidenceFault) {
        guard let statement = verified.statement else {
            throw EvidenceFault(
                .predicate,
                "expected a statement of the type \(accepted.joined(separator: " or ")), found a signature")
        }
        try statement.require(predicateType: accepted)
    }
}
