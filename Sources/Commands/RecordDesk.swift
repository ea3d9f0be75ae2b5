import BundleFormat
import Glibc
import ReleaseRecord
import ReleaseSet
import SystemPackage
import Trust

extension RecordTarget {
    static func layout(named path: String) throws(Finding) -> RecordTarget {
        guard let folder = getcwd(nil, 0) else {
            throw Finding(
                .local, "file.open", at: .target, "the working directory: \(Errno(rawValue: errno))")
        }
        defer { free(folder) }
        return .layout(FilePath(path), workingFolder: FilePath(platformString: folder))
    }
}

extension Printer {
    func warnings(_ change: RecordChange) {
        for path in change.moved {
            warning(
                "record: \(path): no import wrote this file; it is now attachments/\(path) [record.moved]")
        }
        for folder in change.kept {
            warning("record: \(folder): kept, because it has files that no import wrote [record.kept]")
        }
    }
}

/// The record of the target as an import uses it: locked from before the policy check to the end, only read in a dry run,
/// or not there.
struct RecordDesk: Sendable {
    let locked: LockedRecord?
    private let record: Record?

    /// True if the import keeps a record; a dry run only reads it.
    var isKept: Bool { record != nil }

    init(root: String?, isLocked: Bool) throws {
        record = root.map { Record(root: FilePath($0)) }
        locked = isLocked ? try record?.locked() : nil
    }

    /// Locks a record that is there.
    init(existing root: String) throws {
        let record = Record(root: FilePath(root))
        (self.record, locked) = (record, try record.locked(makesRoot: false))
    }

    /// Refuses a record that serves another target, or whose folder of the release is not as an import left it.
    ///
    /// - Parameter revoked: What these keys alone signed does not bind the record to a target.
    func check(
        _ statement: Statement, target: RecordTarget, ignoring revoked: Set<KeyID>, _ printer: Printer,
    ) throws {
        let id = ReleaseID(statement)
        if let locked {
            printer.warnings(try locked.check(id, target: target, ignoring: revoked))
        } else {
            try record?.check(id, target: target, ignoring: revoked)
        }
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
