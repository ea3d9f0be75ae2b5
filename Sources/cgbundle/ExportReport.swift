import BundleFormat
import Commands
import OCI
import Registry
import ReleaseExport
import ReleaseSet
import StrictJSON
import SystemPackage
import Trust
import VendorProof

/// What an export says before and after the bytes move.
struct ExportReport {
    let output: String
    let signers: [BundleSigner]
    /// What the release host was asked for and has not got; nothing where it was not asked.
    let notFound: [FileName]?
    let coverage: CoverageFlag
    let printer: Printer
    /// Nothing where no registry is asked.
    var patience: Patience?

    func tell(_ plan: ExportPlan) {
        let summary = summary(of: plan)
        printer.line(summary.headline)
        for kind in [IndexEntry.Kind.image, .extraImage, .chart] {
            for entry in summary.entries(of: kind) {
                let columns =
                    [entry.refName, bytesForPeople(summary.size(of: entry))] + summary.platforms(of: entry)
                printer.line("  " + columns.joined(separator: "  "))
            }
        }
        printer.line("  in all     " + summary.counts)
        let free =
            (try? OutputFile.freeSpace(at: FilePath(output))).map { ", \(bytesForPeople($0)) free" } ?? ""
        printer.line(
            "  to write   \(bytesForPeople(plan.bundle.layout.fileSize)) in \(plan.bundle.statement.blobs.count) blobs"
                + (output == "-" ? "" : free))
        printer.vendor(plan.vendor)
        printer.waivers(plan.vendor)
        printer.absent(plan.absent)
        printer.warnings(plan.warnings)
        coverage.tell(plan.coverage, printer)
    }

    func finish(_ plan: ExportPlan, bundle: BundlePlan, isDryRun: Bool) throws {
        var object = BundleSummary(statement: bundle.statement, graph: plan.graph, artifact: plan.artifact)
            .json(signers: signers, verified: false, vendor: plan.vendor)
        object["dryRun"] = .bool(isDryRun)
        object["file"] = .string(output)
        object["fileSize"] = .integer(bundle.layout.fileSize)
        object["statement"] = .string(Digest(of: bundle.statementBytes).description)
        object["warnings"] = .array(plan.warnings.map(\.json))
        object["coverage"] = plan.coverage.json
        if let patience { object["retries"] = RetryReport(patience).json }
        object["absent"] = .array(plan.absent.map { .string($0.text) })
        if let notFound { object["notFound"] = .array(notFound.map { .string($0.text) }) }
        try printer.json(.object(object))
        if isDryRun {
            printer.line("dry run: nothing was written")
            return
        }
        printer.line("signed by  " + signers.map(\.description).joined(separator: ", "))
        printer.line("written: \(output) (\(bytesForPeople(bundle.layout.fileSize)))")
        guard output != "-" else { return }
        let path = FilePath(output)
        let beside =
            [BundleFiller.statementPath(beside: path)]
            + bundle.signatures.indices.map { BundleFiller.signaturePath($0, beside: path) }
        printer.line("beside it: " + beside.map(\.string).joined(separator: ", "))
    }

    private func summary(of plan: ExportPlan) -> BundleSummary {
        BundleSummary(statement: plan.bundle.statement, graph: plan.graph, artifact: plan.artifact)
    }
}
