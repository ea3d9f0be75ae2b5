import BundleFormat
import Commands
import ReleaseExport
import SystemPackage
import Trust

/// One export, once it is known what is asked and where everything comes from.
struct ExportRun {
    let goal: ExportGoal
    let request: ExportRequest
    /// The bytes of `release-manifest.json`.
    let manifest: [UInt8]
    /// What others have signed, and the plan has to come to.
    let agreed: AgreedStatement?
    let signatures: BundleSignatures
    /// Who signs bundles by the trust file, where it says so.
    let policy: SignerPolicy?
    let report: ExportReport

    func run(from source: any ImageSource) async throws {
        let progress = Progress(report.printer, waitingWith: report.patience)
        let (plan, _) = try await progress.show { events in
            try await ExportPlanner(request, manifest: manifest, source: source).plan(events: events)
        }
        do {
            try agreed?.require(plan)
        } catch {
            report.printer.note(
                "give the same options as for --statement-only; where the release has changed, begin again with it and "
                    + "have the new statement signed")
            throw error
        }
        if case .statement(let file) = goal {
            let bytes = try plan.statement.json
            report.tell(plan, size: nil)
            try OutputFile.write(bytes, to: FilePath(file))
            try report.finish(plan, statement: bytes, in: file)
            return
        }
        guard !signatures.signers.isEmpty else {
            report.tell(plan, size: nil)
            try report.finish(plan, bundle: nil, agreed: agreed)
            return
        }
        let exporter = try Exporter(plan, request: request, signedBy: signatures)
        report.tell(plan, size: exporter.bundle.layout.fileSize)
        warnOfImporters(exporter.bundle)
        try report.finish(plan, bundle: try await write(exporter, progress), agreed: agreed)
    }

    /// - Returns: the bundle that was written: the earlier run's where one was taken up.
    private func write(_ exporter: Exporter, _ progress: Progress) async throws -> BundlePlan {
        switch goal {
        case .statement, .dryRun: return exporter.bundle
        case .stream:
            _ = try await progress.show { events in
                try await exporter.stream(to: .standardOutput, events: events)
            }
            return exporter.bundle
        case .file(let file):
            let (bundle, _) = try await progress.show { events in
                try await exporter.write(to: FilePath(file), events: events)
            }
            return bundle
        }
    }

    /// Who carries a bundle across a gap wants to know before that nobody there will take it.
    private func warnOfImporters(_ bundle: BundlePlan) {
        guard let policy else { return }
        let files = bundle.signatures.enumerated().map {
            SignatureFile(name: BundleLayout.signaturePath($0.offset), bytes: $0.element)
        }
        do throws(TrustError) {
            _ = try policy.verify(bundle.statementBytes, signatures: files)
        } catch {
            report.printer.warning(
                "whoever verifies with the same trust file will refuse the bundle: \(error) [\(error.reason)]"
            )
        }
    }
}
