package import ArgumentParser
import BundleFormat
import OCI
import Trust
import VendorProof

/// `cgbundle verify-attestation`: a signed statement about a file or an image.
package struct VerifyAttestationCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify-attestation",
        abstract:
            "Verify a signed statement about a file or an image: how it was built, what it consists of.",
        discussion: """
            The kind of statement must be asked for: a signed list of parts is no proof of how a thing was built. \
            With --bundle or --signature the statement is about a file, otherwise about an image, and lies beside it. \
            Waivers of a trust file do not count. Examples:

              cgbundle verify-attestation cloudgrid-1.0.0.tgz --type slsaprovenance1 \\
                --bundle attestations.jsonl --trust trust.json --release v1.0.0 --commit SHA
              cgbundle verify-attestation registry.internal/cloudgrid-bff@sha256:… \\
                --type slsaprovenance1 --trust trust.json --release v1.0.0 --commit SHA
            """)

    @Argument(
        help: ArgumentHelp(
            "The file, - for standard input, or its digest; or the image by digest, HOST/REPOSITORY@sha256:….",
            valueName: "file|image"))
    package var object: String

    @Option(
        help: ArgumentHelp(
            "The kind of statement: \(PredicateType.names.joined(separator: ", ")), or a URI.",
            valueName: "type"))
    package var type: PredicateType

    @OptionGroup package var evidence: EvidenceFiles
    @OptionGroup package var verifier: VerifierOptions
    @OptionGroup package var place: ImagePlaceOptions
    @OptionGroup package var common: CommonOptions

    package init() {}

    package func validate() throws {
        guard evidence.isEmpty || !place.isUsed else {
            throw ValidationError(
                "--bundle and --signature are about a file, and other options say where an image lies: give one of them"
            )
        }
        guard place.releaseBundle == nil || (verifier.release == nil && verifier.commit == nil) else {
            throw ValidationError("--release and --commit are in the bundle: leave them out")
        }
    }

    package func run() async throws {
        let (command, printer) = (self, common.printer)
        try await CommandRun.perform(printer) {
            if command.evidence.isEmpty {
                try await command.verifyImage(printer)
            } else {
                try command.verifyFile(printer)
            }
        }
    }

    private func verifyFile(_ printer: Printer) throws {
        let found = try evidence.read()
        let demand = try verifier.demand(for: .file, VerifiedContent.policyName(of: object))
        demand.warnings.forEach(printer.warning)
        // The envelope is what a key signs, and it is at hand; of the file a digest will do.
        let content = try VerifiedContent(object, needsMessage: false)
        let judgement = judgement(content.name, found, over: content.artifact, by: demand)
        try judgement.requireOne(absence: "no attestation was given")
        try printer.verified(content.name, content.digest, judgement, demand, kind: .file)
    }

    private func verifyImage(_ printer: Printer) async throws {
        let image = try await place.evidence(
            for: object, tag: .att, beside: try verifier.file.document(), printer)
        let demand = try verifier.demand(for: image.kind, image.policyName, of: image.release)
        demand.warnings.forEach(printer.warning)
        let candidates = image.found.filter(isCandidate)
        let artifact = Artifact(sha256: image.digest.sha256)
        let judgement = judgement(image.name, candidates, over: artifact, by: demand)
        let others = Set(image.found.compactMap(Self.claimedType)).sorted()
        try judgement.requireOne(
            absence: "no statement of the type \(type.text) about it is there"
                + (others.isEmpty ? "" : "; there are \(others.joined(separator: ", "))"))
        try printer.verified(image.name, image.digest, judgement, demand, kind: image.kind)
    }

    private func judgement(
        _ name: String, _ found: [FoundEvidence], over artifact: Artifact, by demand: SignerDemand
    ) -> SignatureJudgement {
        SignatureJudgement(name, found, over: artifact, by: demand) { [type] verified throws(EvidenceFault) in
            try type.require(of: verified)
        }
    }

    /// What plainly is something else is left alone; what cannot be read is told.
    private func isCandidate(_ found: FoundEvidence) -> Bool {
        guard case .success(let evidence) = found.reading else { return true }
        guard case .envelope = evidence.content else { return false }
        guard let claimed = evidence.claimedPredicateType else { return true }
        return type.accepted.contains { $0.utf8.elementsEqual(claimed.utf8) }
    }

    private static func claimedType(of found: FoundEvidence) -> String? {
        guard case .success(let evidence) = found.reading else { return nil }
        return evidence.claimedPredicateType
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
