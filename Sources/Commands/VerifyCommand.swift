package import ArgumentParser
import BundleFormat
import ReleaseRecord
import ReleaseSet
import StrictJSON
import Trust
import VendorProof

/// `cgbundle verify`: the first reading, and nothing else.
package struct VerifyCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a bundle: signature, every byte, the graph, the release set.",
        discussion: """
            Reads the whole file and changes nothing. Nothing inside the bundle is trusted: the keys that you give \
            decide. With --trust the vendor's signatures are verified too, without a network. Examples:

              cgbundle verify cloudgrid.tar --key exporter.pub
              cgbundle verify cloudgrid.tar --key exporter.pub --trust trust.json
            """)

    @OptionGroup package var bundle: BundleArgument
    @OptionGroup package var trust: TrustFileOption
    @OptionGroup package var signers: SignerOptions
    @OptionGroup(title: "Vendor") package var vendor: VendorOptions
    @OptionGroup package var missing: MissingParts
    @OptionGroup package var coverage: CoverageFlag
    @OptionGroup package var work: WorkOptions
    @OptionGroup package var common: CommonOptions

    package init() {}

    package func run() async throws {
        let (bundle, trust, signers, work, printer) = (bundle, trust, signers, work, common.printer)
        let (allowed, coverage, vendor) = (missing.names, coverage, vendor)
        try await CommandRun.perform(printer) {
            let document = try trust.document()
            let trusted = try signers.trusted(beside: document)
            // Who only wants to know whether a bundle is whole says nothing of the vendor.
            let demand = try vendor.offered(beside: document) ?? .none(now: Clock.now)
            vendor.notices(beside: document).map(\.told).forEach(printer.warning)
            let listed = try bundle.open().statement(acceptedBy: trusted.policy)
            try Self.check(listed.statement)
            let (verified, _) = try await Progress(printer).show { events in
                try await listed.verified(
                    width: work.concurrency, allowing: allowed, events: events)
            }
            let report = try verified.vendorReport(demand)
            if let refusal = Refusal(report.refusals.map(Finding.init)) { throw refusal }
            let summary = BundleSummary(
                statement: verified.statement, graph: verified.graph, artifact: verified.artifact)
            var object = summary.json(signers: verified.signers, verified: true, vendor: report)
            object["warnings"] = .array(verified.warnings.map(\.json))
            object["coverage"] = verified.coverage.json
            object["closure"] = verified.closure.json
            object["absent"] = .array(verified.absent.map { .string($0.text) })
            try printer.json(.object(object))
            printer.line(summary.headline)
            printer.line("  made       \(verified.statement.createdAt)")
            printer.line(
                "  signed by  "
                    + BundleSummary.signers(verified.signers, names: trusted.names))
            printer.line("  holds      " + summary.counts)
            printer.line(
                "  checked    \(verified.statement.entries.count) entries, "
                    + "\(bytesForPeople(verified.statement.blobBytes)): signature, every header, every byte, "
                    + "graph, release set")
            printer.closure(verified.closure, in: .bundle)
            printer.vendor(report)
            printer.waivers(report)
            printer.absent(verified.absent)
            printer.warnings(verified.warnings)
            coverage.tell(verified.coverage, printer)
            printer.line("verified: \(bundle.file)")
        }
    }

    /// A bundle of another product or past its time is no good one; for which channel it is, is shown, not judged.
    private static func check(_ statement: Statement) throws {
        let options = AcceptanceOptions(
            product: try FileName("cloudgrid"), channel: statement.channel, now: Clock.now)
        let acceptance = Acceptance(of: statement, after: AcceptedReleases(), options: options)
        if let refusal = Refusal(acceptance.findings) { throw refusal }
    }
}
