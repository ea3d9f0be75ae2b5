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
    let goal: ExportGoal
    let signers: [BundleSigner]
    /// The release as fetched from the release host; `nil` if the files come from a folder.
    let hosted: HostedRelease?
    /// Images that --with-dependencies added; `nil` without that option.
    let dependencies: [ResolvedDependency]?
    let coverage: CoverageFlag
    /// Whether the trust file says who signs bundles.
    let hasSignerPolicy: Bool
    let printer: Printer
    let patience: Patience

    /// - Parameter size: of the bundle; nothing where it is not known who signs it.
    func tell(_ plan: ExportPlan, size: Int64?) {
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
        let blobs = plan.statement.blobs.count
        let room = goal.output == "-" ? "" : room
        if let size {
            printer.line("  to write   \(bytesForPeople(size)) in \(blobs) blobs" + room)
        } else {
            printer.line(
                "  to carry   \(bytesForPeople(plan.statement.restSize)) in \(blobs) blobs, unsigned")
        }
        if let hosted { printer.line(hosted.text) }
        tellDependencies()
        printer.closure(plan.closure, in: .bundle)
        printer.vendor(plan.vendor)
        printer.waivers(plan.vendor)
        printer.absent(plan.absent)
        printer.warnings(plan.warnings)
        coverage.tell(plan.coverage, printer)
    }

    /// The options that repeat the run with the same images.
    private func tellDependencies() {
        guard let dependencies else { return }
        guard !dependencies.isEmpty else {
            return printer.line(
                "  resolved   nothing: values and compose name no NATS or SurrealDB that is not carried already"
            )
        }
        printer.line("  resolved   tags from docker.io, not signed by anyone; these options repeat the run:")
        for dependency in dependencies { printer.command("    --image \(shellWord(dependency.option))") }
    }

    private var room: String {
        guard let output = goal.output else { return "" }
        return (try? OutputFile.freeSpace(at: FilePath(output))).map { ", \(bytesForPeople($0)) free" } ?? ""
    }

    /// - Parameters:
    ///   - bundle: nothing where nobody signs it.
    ///   - agreed: the statement that others have signed, where there is one.
    func finish(_ plan: ExportPlan, bundle: BundlePlan?, agreed: AgreedStatement?) throws {
        let statement = try bundle?.statementBytes ?? plan.statement.json
        var object = json(plan, bundle?.statement ?? plan.statement, statement)
        object["dryRun"] = .bool(goal.isDryRun)
        if let output = goal.output { object["file"] = .string(output) }
        if let bundle { object["fileSize"] = .integer(bundle.layout.fileSize) }
        try printer.json(.object(object))
        if let agreed { printer.line("statement: \(agreed.name), to the byte") }
        guard !goal.isDryRun, let bundle, let output = goal.output else {
            return printer.line("dry run: nothing was written")
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

    /// The end of an export of the statement alone.
    func finish(_ plan: ExportPlan, statement bytes: [UInt8], in file: String) throws {
        var object = json(plan, plan.statement, bytes)
        object["dryRun"] = false
        object["statementFile"] = .string(file)
        try printer.json(.object(object))
        printer.line("statement: \(file) (\(bytesForPeople(Int64(bytes.count)))), \(Digest(of: bytes))")
        let next = NextCommands(
            statement: file, arguments: CommandLine.arguments, hasSigners: hasSignerPolicy)
        next.lines.forEach { printer.line($0) }
    }

    private func json(_ plan: ExportPlan, _ statement: Statement, _ bytes: [UInt8]) -> JSONObject {
        var object = BundleSummary(statement: statement, graph: plan.graph, artifact: plan.artifact)
            .json(signers: signers, verified: false, vendor: plan.vendor)
        object["statement"] = .string(Digest(of: bytes).description)
        object["warnings"] = .array(plan.warnings.map(\.json))
        object["coverage"] = plan.coverage.json
        object["retries"] = RetryReport(patience).json
        if let dependencies {
            object["dependencies"] = .array(dependencies.map { ["image": .string($0.option)] })
        }
        object["closure"] = plan.closure.json
        object["absent"] = .array(plan.absent.map { .string($0.text) })
        if let hosted {
            object["notFound"] = .array(hosted.outcome.notFound.map { .string($0.text) })
            object["download"] = hosted.json
        }
        return object
    }

    private func summary(of plan: ExportPlan) -> BundleSummary {
        BundleSummary(statement: plan.statement, graph: plan.graph, artifact: plan.artifact)
    }
}
