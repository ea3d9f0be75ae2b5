import BundleFormat
import OCI
import ReleaseRecord
import ReleaseSet
import Trust
import VendorProof

/// Checks that a bundle passes before it is imported, or before its record is written again.
struct BundleGates: Sendable {
    let trust: TrustFileOption
    let signers: SignerOptions
    let vendor: VendorOptions
    let acceptance: AcceptanceFlags
    let missing: MissingParts
    let width: Int
    let printer: Printer

    /// - Parameters:
    ///   - openRecord: Opens the record, after the signatures of the statement are verified.
    ///   - check: Further checks of the record that need only the statement.
    func admit(
        _ openBundle: () throws -> BundleReader, openRecord: () throws -> RecordDesk,
        check: (Statement, RecordDesk) throws -> Void = { _, _ in },
    ) async throws -> AdmittedBundle {
        let document = try trust.document()
        let trusted = try signers.trusted(beside: document)
        let demand = try vendor.demand(beside: document)
        let notices = vendor.notices(beside: document)
        notices.map(\.told).forEach(printer.warning)
        let listed = try openBundle().statement(acceptedBy: trusted.policy)
        let desk = try openRecord()
        let accepted = try desk.accept(
            listed.statement, ignoring: trusted.policy.revoked, acceptance, printer)
        try check(listed.statement, desk)
        let bundle = try await Progress(printer).show { events in
            try await listed.verified(width: width, allowing: missing.names, events: events)
        }.0
        let report = try bundle.vendorReport(demand)
        if let refusal = Refusal(report.refusals.map(Finding.init)) { throw refusal }
        let summary = BundleSummary(
            statement: bundle.statement, graph: bundle.graph, artifact: bundle.artifact)
        printer.line(summary.headline)
        printer.line("  signed by  " + BundleSummary.signers(bundle.signers, names: trusted.names))
        printer.line("  verified   " + summary.counts + "; " + bytesForPeople(bundle.statement.blobBytes))
        printer.vendor(report)
        printer.waivers(report)
        printer.warnings(bundle.warnings)
        return AdmittedBundle(
            desk: desk, bundle: bundle, summary: summary, vendor: report, signerFiles: trusted.files,
            revoked: trusted.policy.revoked, notices: notices + accepted.warnings,
            overrides: accepted.overrides + vendor.overrides(reason: acceptance.reason))
    }
}

/// A bundle that passed every gate.
struct AdmittedBundle: Sendable {
    let desk: RecordDesk
    let bundle: VerifiedBundle
    let summary: BundleSummary
    let vendor: VendorReport
    /// Files that decided which signers of bundles count.
    let signerFiles: [TrustedFile]
    /// Keys of signers that no longer count.
    let revoked: Set<KeyID>
    /// Warnings from before anything of the vendor was checked.
    let notices: [Finding]
    let overrides: [RecordContents.Override]

    /// Warnings for the record.
    var warnings: [Finding] { notices + bundle.warnings + vendor.warnings.map(Finding.init) }
    var trusted: [TrustedFile] { signerFiles + vendor.trusted.filter { !signerFiles.contains($0) } }
}
