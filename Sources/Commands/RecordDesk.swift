import BundleFormat
import ReleaseRecord
import ReleaseSet
import SystemPackage
import Trust

/// The record of the target as an import uses it: locked from before the policy check to the end, only read in a dry run,
/// or not there.
struct RecordDesk: Sendable {
    let locked: LockedRecord?
    private let record: Record?

    /// Whether the import keeps a record; a dry run only reads it.
    var isKept: Bool { record != nil }

    init(root: String?, isLocked: Bool) throws {
        record = root.map { Record(root: FilePath($0)) }
        locked = isLocked ? try record?.locked() : nil
    }

    /// Whether this side accepts what was signed: product, channel, expiry, and nothing older than what it had.
    ///
    /// - Parameter revoked: what these keys alone signed no longer guards against anything.
    func accept(
        _ statement: Statement, ignoring revoked: Set<KeyID>, _ flags: AcceptanceFlags, _ printer: Printer,
    ) throws -> Acceptance {
        let options = try flags.options()
        let releases = try record?.accepted(
            product: statement.product, channel: statement.channel, ignoring: revoked)
        let acceptance = Acceptance(of: statement, after: releases ?? AcceptedReleases(), options: options)
        if record == nil {
            printer.note("--no-record: nothing guards against an older bundle than the last one")
        }
        for warning in acceptance.warnings { printer.warning("\(warning.message) [\(warning.reason)]") }
        for override in acceptance.overrides {
            printer.warning(
                "accepted by exception: \(override.option)" + (override.reason.map { ": \($0)" } ?? ""))
        }
        if let refusal = Refusal(acceptance.findings) { throw refusal }
        return acceptance
    }
}
