package import BundleFormat
import Glibc
import LibCrypto
package import OCI
package import ReleaseSet
package import SystemPackage
package import Trust

/// A file of the operator's own in `attachments/`.
package struct AttachedFile: Hashable, Sendable {
    package let path: FilePath
    package let digest: Digest
    /// Bytes.
    package let size: Int64
    /// True if file and line were there already.
    package let wasThere: Bool
    package let change: RecordChange
}

extension LockedRecord {
    /// Finds a release in the log.
    ///
    /// - Parameter revision: `nil` for the highest accepted one.
    package func release(product: FileName, channel: FileName, version: ReleaseVersion, revision: Int64?)
        throws(Finding) -> ReleaseID
    {
        let all = try RecordLog(in: folder).lines.compactMap(\.accepted?.id).filter {
            $0.product == product && $0.channel == channel && $0.version == version
                && (revision == nil || $0.revision == revision)
        }
        guard let id = all.max(by: { $0.revision < $1.revision }) else {
            let name = "\(version)" + (revision.map { ", revision \($0)" } ?? "")
            throw .record(
                .missing,
                "\(folder.path): the log has no accepted release \(name) in the channel \(channel); "
                    + "import its bundle first")
        }
        return id
    }

    /// Copies a file into the `attachments/` of a release and adds a line to the log.
    ///
    /// A run that was stopped between file and line is completed by the next one with the same file.
    package func attach(_ source: PositionedFile, as name: FileName, to id: ReleaseID, at time: Timestamp)
        throws(Finding) -> AttachedFile
    {
        var log = try RecordLog(in: folder)
        let change = RecordChange(try recover(id, log))
        guard let product = try folder.folder(id.product.text),
            let channel = try product.folder(id.channel.text),
            let release = try channel.folder(id.folderName)
        else {
            throw .record(
                .missing,
                "\(folder.path): the folder of \(id) is missing; write it again with "
                    + "`cgbundle record rebuild \(id.version)`")
        }
        let attachments = try release.madeFolder(RecordPart.attachments.name)
        let (digest, size) = try attachments.copy(source, to: name.text)
        let line = log.lines.compactMap(\.attached).last { $0.id == id && $0.name == name }
        let isLogged = line?.digest == digest
        if !isLogged {
            let entry = AttachedEntry(id: id, name: name, digest: digest, size: size, time: time)
            try log.append(LogLine(.attached(entry)), in: folder)
        }
        return AttachedFile(
            path: attachments.path.appending(name.text), digest: digest, size: size, wasThere: isLogged,
            change: change)
    }
}

extension RecordFolder {
    /// Copies a file into this folder under a name that is free, or that has the same content.
    fileprivate borrowing func copy(_ source: PositionedFile, to name: String) throws(Finding) -> (
        Digest, Int64
    ) {
        let partial = Self.partialName(name)
        guard unlinkat(descriptor, partial, 0) == 0 || errno == ENOENT else {
            throw .recordWrite(path.appending(partial), "cannot be removed", errno)
        }
        do throws(Finding) {
            let result = try fill(partial, from: source)
            try publish(partial, as: name, digest: result.0)
            return result
        } catch {
            _ = unlinkat(descriptor, partial, 0)
            throw error
        }
    }

    private borrowing func fill(_ partial: String, from source: PositionedFile) throws(Finding) -> (
        Digest, Int64
    ) {
        let file = try create(partial)
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: PositionedFile.chunkSize, alignment: 4096)
        defer { room.deallocate() }
        var hash = SHA256()
        var offset: Int64 = 0
        while case let count = try source.read(at: offset, into: room), count > 0 {
            let chunk = UnsafeRawBufferPointer(rebasing: room[..<count])
            hash.update(chunk)
            try file.write(chunk, at: offset)
            offset += Int64(count)
        }
        try file.flush()
        return (Digest(sha256: hash.finish()), offset)
    }

    private borrowing func publish(_ partial: String, as name: String, digest: Digest) throws(Finding) {
        // A link, unlike a rename, never takes the place of another file. FAT has no links.
        if linkat(descriptor, partial, descriptor, name, 0) == 0 {
            guard unlinkat(descriptor, partial, 0) == 0 else {
                throw .recordWrite(path.appending(partial), "cannot be removed", errno)
            }
            return try flush()
        }
        let code = errno
        guard let status = try status(of: name) else {
            guard code == EPERM || code == EOPNOTSUPP else {
                throw .recordWrite(path.appending(name), "cannot be created", code)
            }
            try rename(partial, to: name)
            return try flush()
        }
        let isSame = status.st_mode & S_IFMT == S_IFREG ? try self.digest(of: name) == digest : false
        guard isSame else {
            throw Finding(
                .usage, "output.exists", at: .file,
                "\(path.appending(name)): exists with other content and is not overwritten; attach the file "
                    + "under another name with --name")
        }
        guard unlinkat(descriptor, partial, 0) == 0 else {
            throw .recordWrite(path.appending(partial), "cannot be removed", errno)
        }
    }
}
