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
        try Self.requireReplaceable(path)
        self.path = path
        partialPath = Self.partialPath(of: path)
        file = try Self.openOwn(partialPath, options: [.create], permissions: permissions)
        // The mode is set whatever the umask says: a bundle is for others to carry, a key never comes this way.
        guard fchmod(file.descriptor.rawValue, permissions.rawValue) == 0 else {
            throw Self.failed("chmod", partialPath)
        }
    }

    package static func partialPath(of path: FilePath) -> FilePath { FilePath(path.string + ".partial") }

    /// Refuses a path that names something other than a regular file, itself or through a symbolic link.
    ///
    /// Renaming a file over a device, a named pipe or a socket would take its name from all other programs.
    package static func requireReplaceable(_ path: FilePath) throws(Finding) {
        var status = stat()
        guard stat(path.string, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw Finding(
            .local, "file.notregular", at: .file,
            "\(path): is \(kind(of: status.st_mode)); expected no file or a regular one. Name another output")
    }

    private static func kind(of mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFIFO: "a named pipe"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        default: "a special file"
        }
    }

    /// Opens a file that only this run writes: plain, this user's, under one name, locked, and still under that name
    /// after the lock was had. In a folder that others can write to, anything else may have been put there.
    static func openOwn(
        _ path: FilePath, options: FileDescriptor.OpenOptions, permissions: FilePermissions,
    ) throws(Finding) -> PositionedFile {
        let file: PositionedFile
        do {
            let descriptor = try FileDescriptor.open(
                path, .readWrite, options: options.union([.noFollow, .nonBlocking, .closeOnExec]),
                permissions: permissions)
            file = PositionedFile(descriptor, path: path)
        } catch {
            throw Finding(.local, "write.open", at: .file, "\(path): cannot be opened for writing: \(error)")
        }
        var opened = stat()
        guard fstat(file.descriptor.rawValue, &opened) == 0, opened.st_mode & S_IFMT == S_IFREG,
            opened.st_uid == geteuid(), opened.st_nlink == 1
        else {
            throw Finding(
                .local, "write.open", at: .file, "\(path): is not a plain file of this user's under one name")
        }
        var named = stat()
        guard flock(file.descriptor.rawValue, LOCK_EX | LOCK_NB) == 0, lstat(path.string, &named) == 0,
            named.st_dev == opened.st_dev, named.st_ino == opened.st_ino
        else {
            throw Finding(.local, "output.busy", at: .file, "\(path): another run is writing it")
        }
        return file
    }

    /// Takes the unfinished file away.
    package func discard() {
        unlink(partialPath.string)
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
