package import BundleFormat
import Glibc
package import ReleaseSet
package import SystemPackage
package import Trust

/// What stays on this side after imports into one target: a folder for each release, and a log of what was accepted.
///
/// docs/record.md.
package struct Record: Sendable {
    package let root: FilePath

    package init(root: FilePath) {
        self.root = root
    }

    /// Takes the record for this process alone; its root is made if it is not there, in a folder that is.
    ///
    /// Refuses at once if another process has it. The lock goes with the process, so a dead one holds nothing.
    ///
    /// - Parameter makesRoot: Creates a record that is not there.
    package func locked(makesRoot: Bool = true) throws(Finding) -> LockedRecord {
        let folder = try opened(makesRoot: makesRoot)
        try folder.requireWritable()
        let lock = try RecordLock(in: folder)
        return LockedRecord(record: self, folder: folder, lock: lock)
    }

    /// What was accepted for a product and a channel so far; the chain of the whole log has been checked.
    ///
    /// - Parameter revoked: A release that these keys alone signed is set apart: it binds nobody any longer.
    package func accepted(
        product: FileName, channel: FileName, ignoring revoked: Set<KeyID> = [],
    ) throws(Finding) -> AcceptedReleases {
        guard let folder = try RecordFolder.root(root) else { return AcceptedReleases() }
        return try RecordLog(in: folder).accepted(product: product, channel: channel, ignoring: revoked)
    }

    private func opened(makesRoot: Bool) throws(Finding) -> RecordFolder {
        if makesRoot { return try RecordFolder.madeRoot(root) }
        guard let folder = try RecordFolder.root(root) else { throw .recordOpen(root, ENOENT) }
        return folder
    }

    /// As `LockedRecord.check`, without writing; a folder that an import left half replaced is not compared.
    package func check(_ id: ReleaseID, target: RecordTarget, ignoring revoked: Set<KeyID> = []) throws {
        guard let folder = try RecordFolder.root(root) else { return }
        let log = try RecordLog(in: folder)
        try folder.requireTarget(target, log, ignoring: revoked)
        guard let product = try folder.folder(id.product.text),
            let channel = try product.folder(id.channel.text),
            try channel.isBeingReplaced(id.folderName)
        else {
            try folder.requireIntact(id, log)
            return
        }
    }

    /// Checks the chain of the log, line by line.
    package func verifyLog() throws(Finding) -> LogSummary {
        guard let folder = try RecordFolder.root(root) else { throw .recordOpen(root, ENOENT) }
        let log = try RecordLog(in: folder)
        return LogSummary(
            lines: log.lines.count, lastTime: log.lines.compactMap(\.time).last,
            lastDigest: log.lines.isEmpty ? nil : log.head)
    }
}
