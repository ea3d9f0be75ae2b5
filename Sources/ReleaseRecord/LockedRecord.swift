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
    package let change: RecordChange

    /// What an operator types next, as one line for a shell.
    package var installCommand: String? {
        installScript.map { shellWord($0.string) + " " + InstallScript.ownValuesName }
    }
}

/// Effects of a command on files of the record that no import wrote.
package struct RecordChange: Hashable, Sendable {
    /// Paths relative to the release's folder of files that were moved to `attachments/`.
    package var moved: [String] = []
    /// Folders that were kept under another name.
    package var kept: [FilePath] = []

    init(_ replacement: Replacement) {
        moved = replacement.moved
        kept = replacement.kept
    }

    package static func += (a: inout RecordChange, b: RecordChange) {
        a.moved += b.moved
        a.kept += b.kept
    }
}

/// A record that no other process writes to as long as this is kept.
// A class, because there is one lock, and it is let go when nobody needs the record any longer.
package final class LockedRecord: Sendable {
    package let record: Record
    let folder: RecordFolder
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

    /// Refuses a record that serves another target, or whose folder of the release is not as an import left it.
    ///
    /// Finishes first what an import that was stopped has left.
    package func check(_ id: ReleaseID, target: RecordTarget, ignoring revoked: Set<KeyID> = []) throws
        -> RecordChange
    {
        let log = try RecordLog(in: folder)
        try folder.requireTarget(target, log, ignoring: revoked)
        let result = try recover(id, log)
        try folder.requireIntact(id, log)
        return RecordChange(result)
    }

    /// Refuses if the disk has no room for the record of a release.
    package func requireRoom(for plan: RecordPlan) throws {
        let log = try RecordLog(in: folder)
        let state = try folder.requireIntact(ReleaseID(plan.bundle.statement), log)
        // A folder with the same files stays as it is.
        if let files = state?.document?.files, files == plan.recordedFiles { return }
        try requireRoom(forRebuilding: plan)
    }

    /// Refuses if the disk has no room for another folder of a release.
    package func requireRoom(forRebuilding plan: RecordPlan) throws(Finding) {
        let free = try folder.freeSpace()
        guard free >= plan.byteCount else {
            throw Finding(
                .local, "space.precheck", at: .target,
                "\(folder.path): the record of the release needs \(plan.byteCount) bytes, \(free) are free")
        }
    }

    /// Writes a release down: first its folder, then the line in the log.
    ///
    /// A run that was stopped anywhere in between is completed by the next one. A folder with the same result stays.
    package func write(_ contents: RecordContents) throws -> WrittenRecord {
        let id = ReleaseID(contents.plan.bundle.statement)
        // Read first: into a record with a broken log nothing is written.
        var log = try RecordLog(in: folder)
        let document = try DeploymentRecord(contents)
        var change = RecordChange(try recover(id, log))
        let accepted = log.accepted(id)
        let logged = accepted.compactMap(\.recordDigest)
        let keepsOld = contents.rebuilt != nil
        let state = keepsOld ? nil : try folder.requireIntact(id, log)
        let channel = try folder.madeFolder(id.product.text).madeFolder(id.channel.text)
        let isSame = try logged.last != nil && holds(document, id, in: channel, state)
        var digest = logged.last
        if !isSame {
            let published = try publish(document, of: contents.plan, id, in: channel)
            digest = published.digest
            change += RecordChange(published.replacement)
        }
        let line = contents.logLine(recordDigest: digest)
        let last = log.lines.compactMap(\.accepted).last {
            $0.product == id.product && $0.channel == id.channel
        }
        if !(line.accepted?.release).isRepeated(in: last?.release) { try log.append(line, in: folder) }
        change += RecordChange(
            try channel.finish(
                id.folderName, expecting: logged + (state?.document.map { [$0.digest] } ?? []),
                movesForeign: state?.isOfEarlierLayout(accepted) ?? false, keepsOld: keepsOld))
        let path = channel.path.appending(id.folderName)
        let script = path.appending(RecordPart.install.name).appending(InstallScript.name)
        return WrittenRecord(
            folder: path, installScript: contents.plan.hasInstallScript ? script : nil, wasThere: isSame,
            change: change)
    }

    func recover(_ id: ReleaseID, _ log: RecordLog) throws(Finding) -> Replacement {
        guard let product = try folder.folder(id.product.text),
            let channel = try product.folder(id.channel.text)
        else { return Replacement() }
        return try channel.recover(id.folderName, logged: log.accepted(id).compactMap(\.recordDigest))
    }

    private func publish(
        _ document: DeploymentRecord, of plan: RecordPlan, _ id: ReleaseID, in channel: borrowing RecordFolder,
    ) throws(Finding) -> (digest: Digest, replacement: Replacement) {
        let bytes: [UInt8]
        do {
            bytes = try document.bytes
        } catch {
            throw Finding(.internal, "internal", at: .target, "\(DeploymentRecord.name): \(error)")
        }
        let replacement = try channel.publish(id.folderName, known: plan.knownPaths) {
            (partial: borrowing RecordFolder) throws(Finding) in
            for file in plan.files { try file.write(below: partial, from: plan.bundle) }
            let file = try partial.create(DeploymentRecord.name)
            try file.write(bytes, at: 0)
            try file.flush()
        }
        return (Digest(of: bytes), replacement)
    }

    /// Returns true if the folder is as an import left it, with the same result.
    private func holds(
        _ document: DeploymentRecord, _ id: ReleaseID, in channel: borrowing RecordFolder,
        _ state: FolderInspection?,
    ) throws(Finding) -> Bool {
        guard let state, state.items.isEmpty, let folder = try channel.folder(id.folderName),
            let bytes = try folder.bytes(of: DeploymentRecord.name, limit: DeploymentRecord.maximumSize)
        else { return false }
        return document.agrees(with: bytes)
    }
}

extension AcceptedRelease? {
    /// Returns true if another line of the log has the same content, target and record.
    fileprivate func isRepeated(in other: AcceptedRelease?) -> Bool {
        guard let self, let other else { return false }
        return self.version == other.version && self.revision == other.revision
            && self.statementDigest == other.statementDigest && self.target == other.target
            && self.recordDigest == other.recordDigest
    }
}
