package import ArgumentParser
import BundleFormat
import StrictJSON
import Trust

/// `cgbundle verify-blob`: somebody's signature on a file, with cosign's options.
package struct VerifyBlobCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify-blob",
        abstract: "Verify a signature on a file, offline, in any form that cosign or Sigstore writes.",
        discussion: """
            The options are cosign's. What the signature's file is follows from its content: a Sigstore bundle, \
            cosign's older JSON, or a bare signature with or without its certificate. No network is asked, and waivers of a trust file do not \
            count. Examples:

              cgbundle verify-blob checksums.txt --bundle checksums.txt.sigstore.json \\
                --trust trust.json --release v1.0.0 --commit SHA
              cgbundle verify-blob checksums.txt --signature checksums.txt.sig \\
                --key vendor.pub --insecure-ignore-tlog
            """)

    @Argument(
        help: ArgumentHelp(
            "The file, - for standard input, or the digest of what is signed.", valueName: "file|sha256:hex"))
    package var file: String

    @OptionGroup package var evidence: EvidenceFiles
    @OptionGroup package var verifier: VerifierOptions
    @OptionGroup package var common: CommonOptions

    package init() {}

    package func validate() throws {
        try evidence.requireOne()
        guard verifier.key == nil || evidence.certificate == nil else {
            throw ValidationError(
                "--key and --certificate exclude each other: a signature is by a key or by a certificate")
        }
    }

    package func run() async throws {
        let (file, evidence, verifier, printer) = (file, evidence, verifier, common.printer)
        try await CommandRun.perform(printer) {
            let found = try evidence.read()
            let name = VerifiedContent.policyName(of: file)
            let demand = try verifier.demand(for: .file, name)
            demand.warnings.forEach(printer.warning)
            let content = try VerifiedContent(
                file, needsMessage: demand.needsMessage || found.contains(where: \.needsMessage))
            let judgement = SignatureJudgement(
                content.name, found, over: content.artifact, by: demand, Self.requireSignature)
            try judgement.requireOne(absence: "no signature was given")
            try printer.verified(content.name, content.digest, judgement, demand, kind: .file)
        }
    }

    /// A statement about a file says something of it, such as how it was made, and not that somebody stands for it.
    private static func requireSignature(_ verified: VerifiedSignature) throws(EvidenceFault) {
        guard let statement = verified.statement else { return }
        throw EvidenceFault(
            .predicate,
            "expected a signature of the file, found a statement about it of the type \(statement.predicateType); "
                + "verify-attestation --type verifies that")
    }
}
