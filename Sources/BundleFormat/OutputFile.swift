import Glibc
package import SystemPackage

/// A file that appears under its final name only when it is whole.
///
/// Until then it is `NAME.partial`, locked against a second writer and made without following links: the folder may
/// be one that others can write to (THREATS.md, R-26).
package struct OutputFile: Sendable {
    package let path: FilePath
    package let partialPath: FilePath
    package let file: PositionedFile

    /// Opens `NAME.partial`, an earlier run's with its bytes or a new one.
    package init(_ path: FilePath, permissions: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead])
        throws(Finding)
    {
        self.path = path
        partialPath = FilePath(path.string + ".partial")
        do {
            let descriptor = try FileDescriptor.open(
                partialPath, .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: permissions
            )
            file = PositionedFile(descriptor, path: partialPath)
        } catch {
            throw Finding(
                .local, "write.open", at: .file, "\(partialPath): cannot be opened for writing: \(error)")
        }
        let descriptor = file.descriptor.rawValue
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid()
        else {
            throw Finding(.local, "write.open", at: .file, "\(partialPath): is not a plain file of this user")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw Finding(.local, "output.busy", at: .file, "\(partialPath): another run is writing it")
        }
        // The mode is set whatever the umask says: a bundle is for others to carry, a key never comes this way.
        guard fchmod(descriptor, permissions.rawValue) == 0 else { throw Self.failed("chmod", partialPath) }
    }

    package func resize(to size: Int64) throws(Finding) {
        guard ftruncate(file.descriptor.rawValue, off_t(size)) == 0 else {
            throw errno == ENOSPC || errno == EFBIG
                ? Finding(
                    .local, "write.space", at: .file,
                    "\(partialPath): no room for \(size) bytes: \(Errno(rawValue: errno))")
                : Self.failed("resize", partialPath)
        }
    }

    /// Makes the bytes durable and gives the file its name, replacing what stood there.
    package func publish() throws(Finding) {
        guard fsync(file.descriptor.rawValue) == 0 else { throw Self.failed("flush", partialPath) }
        guard rename(partialPath.string, path.string) == 0 else { throw Self.failed("rename", partialPath) }
        try Self.flushFolder(of: path)
    }

    /// Writes a small file in one go, under its final name only when it is whole.
    package static func write(_ bytes: [UInt8], to path: FilePath) throws(Finding) {
        let output = try OutputFile(path)
        try output.resize(to: 0)
        try output.file.write(bytes, at: 0)
        try output.publish()
    }

    package static func flushFolder(of path: FilePath) throws(Finding) {
        let folder = path.removingLastComponent()
        let name = folder.isEmpty ? FilePath(".") : folder
        do {
            let descriptor = try FileDescriptor.open(name, .readOnly, options: [.directory, .closeOnExec])
            defer { try? descriptor.close() }
            // Some file systems of removable media cannot flush a folder; the file itself has been flushed.
            guard fsync(descriptor.rawValue) == 0 || errno == EINVAL else { throw failed("flush", name) }
        } catch let finding as Finding {
            throw finding
        } catch {
            throw Finding(.local, "write.io", at: .file, "\(name): cannot be opened: \(error)")
        }
    }

    /// The bytes that a user may still write where `path` is or will be.
    package static func freeSpace(at path: FilePath) throws(Finding) -> Int64 {
        var status = statvfs()
        let folder = path.removingLastComponent()
        let name = folder.isEmpty ? "." : folder.string
        guard statvfs(name, &status) == 0 else {
            throw Finding(.local, "write.open", at: .file, "\(name): \(Errno(rawValue: errno))")
        }
        let (bytes, overflow) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int64(clamping: status.f_frsize))
        return overflow ? .max : bytes
    }

    private static func failed(_ action: String, _ path: FilePath) -> Finding {
        Finding(.local, "write.io", at: .file, "\(path): cannot \(action): \(Errno(rawValue: errno))")
    }
}
