package import BundleFormat
import OCI
package import ReleaseSet
import StrictJSON
package import SystemPackage
package import Trust

/// The folder of a release in the record.
package struct WrittenRecord: Hashable, Sendable {
    package let folder: FilePath
    /// The script that installs the release; nothing where the target is no registry or the release has no values.
    package let installScript: FilePath?
    /// Whether the record had the same result already; its folder is then as it was.
    package let wasThere: Bool

    /// What an operator types next, as one line for a shell.
    package var installCommand: String? {
        installScript.map { shellWord($0.string) + " " + InstallScript.ownValuesName }
    }
}

/// A record that no other process writes to as long as this is kept.
// A class, because there is one lock, and it is let go when nobody needs the record any longer.
package final class LockedRecord: Sendable {
    package let record: Record
    private let folder: RecordFolder
    private let lock: RecordLock

    init(record: Record, folder: consuming RecordFolder, lock: RecordLock) {
        self.record = record
        self.folder = folder
        self.lock = lock
    }

    /// As `Record.accepted`.
    package func accepted(
        product: FileName, channel: FileName, ignoring revoked: Set<KeyID> = [],
    ) throws(Finding) -> AcceptedReleases {
        try RecordLog(in: folder).accepted(product: product, channel: channel, ignoring: revoked)
    }

    /// Writes down a release, first its folder and then the line in the log.
    ///
    /// The folder appears whole or not at all. Where an earlier run was stopped between tags and record, or between folder
    /// and log, this completes it; where everything is written already, nothing is.
    package func write(_ contents: RecordContents) throws(Finding) -> WrittenRecord {
        let line = contents.logLine
        // Read first: into a record whose log does not hold nothing is written.
        var log = try RecordLog(in: folder)
        let document = try DeploymentRecord(contents)
        let written = try write(document, of: contents.plan)
        let last = log.accepted(product: line.product, channel: line.channel, ignoring: []).last
        if last?.statementDigest != line.release.statementDigest || last?.target != line.release.target {
            try log.append(line, in: folder)
        }
        return written
    }

    private func write(_ document: DeploymentRecord, of plan: RecordPlan) throws(Finding) -> WrittenRecord {
        let statement = plan.bundle.statement
        let name = statement.versionAndRevision
        let product = try folder.madeFolder(statement.product.text)
        let channel = try product.madeFolder(statement.channel.text)
        let path = channel.path.appending(name)
        let script =
            plan.hasInstallScript
            ? path.appending(RecordPart.install.name).appending(InstallScript.name) : nil
        if let there = try channel.folder(name), try holds(document, of: plan, in: there) {
            return WrittenRecord(folder: path, installScript: script, wasThere: true)
        }
        try channel.publish(name) { (partial: borrowing RecordFolder) throws(Finding) in
            for file in plan.files { try file.write(below: partial, from: plan.bundle) }
            let bytes: [UInt8]
            do {
                bytes = try document.bytes
            } catch {
                throw Finding(.internal, "internal", at: .target, "\(DeploymentRecord.name): \(error)")
            }
            let file = try partial.create(DeploymentRecord.name)
            try file.write(bytes, at: 0)
            try file.flush()
        }
        return WrittenRecord(folder: path, installScript: script, wasThere: false)
    }

    /// Whether the folder has the same result and all its files.
    private func holds(
        _ document: DeploymentRecord, of plan: RecordPlan, in folder: borrowing RecordFolder,
    ) throws(Finding) -> Bool {
        guard Set(try folder.paths()) == Set(plan.files.map(\.path) + [DeploymentRecord.name]),
            let bytes = try folder.bytes(of: DeploymentRecord.name, limit: DeploymentRecord.maximumSize)
        else { return false }
        return document.agrees(with: bytes)
    }
}
