import BundleFormat
import OCI
import Registry
import ReleaseImport
import ReleaseRecord
import ReleaseSet
import StrictJSON
import SystemPackage
import Trust
import VendorProof

/// The second half of an import, after the first reading: ask the target, push, read back, record, report.
struct ImportSession: Sendable {
    let admitted: AdmittedBundle
    /// Name of the target in the record.
    let recordTarget: String
    let width: Int
    let isDryRun: Bool
    let options: [String]
    let naming: RepositoryNaming
    let pullSecret: PullSecretName?
    let printer: Printer
    /// Nothing where no registry is asked.
    var patience: Patience?

    private var bundle: VerifiedBundle { admitted.bundle }
    private var desk: RecordDesk { admitted.desk }

    /// - Parameter pulledFrom: where a cluster reads what is put here; nothing for a layout that is nowhere else.
    func run(_ target: some Destination, named name: String, pulledFrom location: RegistryLocation?)
        async throws
    {
        let names = Set(bundle.index.entries.map(\.repository)).sorted()
        if let refusal = Refusal(target.refusals(of: names)) { throw refusal }
        // Whatever the record could refuse, it refuses before anything is pushed.
        let recordPlan =
            try desk.isKept
            ? RecordPlan(
                bundle, target: recordTarget, naming: naming, pullLocation: location, pullSecret: pullSecret,
                vendor: admitted.vendor)
            : nil
        let (plan, warnings) = try await Progress(printer, waitingWith: patience).show { events in
            try await Preflight(target, width: width).plan(bundle, events: events)
        }
        if isDryRun {
            try tell(plan, target: name)
            return
        }
        if let recordPlan { try desk.locked?.requireRoom(for: recordPlan) }
        let (report, more) = try await Progress(printer, waitingWith: patience).show { events in
            try await Importer(target, bundle: bundle, width: width, events: events).carryOut(plan)
        }
        for left in report.leftAlone {
            printer.warning(
                "\(target.name(of: left.repository)):\(left.tag): holds \(left.digest) and was left alone; ours is "
                    + "there by digest [tag.signature]")
        }
        var written: WrittenRecord?
        if let recordPlan, let record = desk.locked {
            written = try record.write(contents(recordPlan, report, warnings: warnings + more))
            if let change = written?.change { printer.warnings(change) }
        }
        try tell(report, target: name, written: written)
    }

    private func contents(_ plan: RecordPlan, _ report: ImportReport, warnings: [Progress.Warning])
        -> RecordContents
    {
        func result(_ tag: ImportReport.TagResult) -> RecordContents.TagResult {
            RecordContents.TagResult(repository: tag.repository, tag: tag.tag, digest: tag.digest)
        }
        return RecordContents(
            plan: plan, tags: report.tags.map(result), leftAlone: report.leftAlone.map(result),
            counts: RecordContents.Counts(
                uploaded: report.uploaded, uploadedBytes: report.uploadedBytes, mounted: report.mounted,
                manifests: report.manifests, tagged: report.tagged),
            warnings: admitted.warnings
                + warnings.map { Finding(.policy, $0.reason, at: .target, $0.message) },
            options: options,
            overrides: admitted.overrides,
            trusted: admitted.trusted,
            tool: ToolVersion.tool, importedAt: Clock.now)
    }

    /// What is known of the bundle, however the import goes.
    private var resultSoFar: JSONObject {
        var object = admitted.summary.json(
            signers: bundle.signers, verified: true, vendor: admitted.vendor)
        object["warnings"] = .array(bundle.warnings.map(\.json))
        object["coverage"] = bundle.coverage.json
        if let patience { object["retries"] = RetryReport(patience).json }
        object["closure"] = bundle.closure.json
        object["absent"] = .array(bundle.absent.map { .string($0.text) })
        return object
    }

    private func tell(_ plan: ImportPlan, target: String) throws {
        let counts: JSONObject = [
            "uploads": .integer(Int64(plan.uploads.count)), "uploadBytes": .integer(plan.uploadBytes),
            "mounts": .integer(Int64(plan.mounts)), "manifests": .integer(Int64(plan.manifests)),
            "tags": .integer(Int64(plan.tags)),
        ]
        var object = resultSoFar
        object["dryRun"] = true
        object["target"] = .string(target)
        object["plan"] = .object(counts)
        try printer.json(.object(object))
        printer.line("dry run: nothing was written to \(target)")
        if plan.isDone {
            printer.line("  already imported: every tag is there with its digest")
            return
        }
        printer.line("  to upload  \(plan.uploads.count) blobs, \(bytesForPeople(plan.uploadBytes))")
        printer.line("  to mount   \(plan.mounts) blobs from a repository that has them")
        printer.line("  to put     \(plan.manifests) manifests, \(plan.tags) tags")
    }

    private func tell(_ report: ImportReport, target: String, written: WrittenRecord?) throws {
        var object = resultSoFar
        object["dryRun"] = false
        object["target"] = .string(target)
        object["alreadyImported"] = .bool(report.wasDone)
        object["result"] = [
            "uploads": .integer(Int64(report.uploaded)), "uploadBytes": .integer(report.uploadedBytes),
            "mounts": .integer(Int64(report.mounted)), "manifests": .integer(Int64(report.manifests)),
            "tags": .integer(Int64(report.tagged)),
        ]
        object["tags"] = .array(
            try report.tags.map {
                [
                    "repository": .string(try naming.name(of: $0.repository).text),
                    "tag": .string($0.tag.text),
                    "digest": .string($0.digest.description),
                ]
            })
        if let written { object["record"] = .string(written.folder.string) }
        if let script = written?.installScript { object["installScript"] = .string(script.string) }
        try printer.json(.object(object))
        printer.closure(bundle.closure, in: .target)
        if report.wasDone {
            printer.line("already imported: every tag is in \(target) with its digest; nothing was put")
        } else {
            printer.line(
                "imported into \(target): \(report.uploaded) blobs uploaded (\(bytesForPeople(report.uploadedBytes))), "
                    + "\(report.mounted) mounted, \(report.manifests) manifests, \(report.tagged) tags; read back"
            )
        }
        if let written { printer.line("record: \(written.folder)") }
        if let command = written?.installCommand {
            printer.line("next, with your own values:")
            printer.command(command)
        }
    }
}
