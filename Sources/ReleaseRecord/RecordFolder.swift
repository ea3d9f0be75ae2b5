import BundleFormat
import Glibc
import SystemPackage

/// One folder of a record, held open: what happens in it happens in this folder, whatever is renamed around it.
///
/// No name in it is followed if it is a link, a new file is one that was not there, and modes are set whatever the umask
/// says. A folder that others could write to is refused, because they could put anything into the record.
///
/// THREATS.md, R-25 and R-26.
struct RecordFolder: ~Copyable {
    /// For messages alone.
    let path: FilePath
    let descriptor: CInt

    private init(descriptor: CInt, path: FilePath) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { _ = Glibc.close(descriptor) }

    private static let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC

    /// The root of a record; nothing if there is none.
    static func root(_ path: FilePath) throws(Finding) -> RecordFolder? {
        try opened(path, Glibc.open(path.string, flags))
    }

    /// The root of a record, made if there is none.
    static func madeRoot(_ path: FilePath) throws(Finding) -> RecordFolder {
        try made(path, mkdir(path.string, 0o700)) { Glibc.open(path.string, flags) }
    }

    /// The folder `name` in this one; nothing if there is none.
    borrowing func folder(_ name: String) throws(Finding) -> RecordFolder? {
        try Self.opened(path.appending(name), openat(descriptor, name, Self.flags))
    }

    /// The folder `name` in this one, made if there is none.
    borrowing func madeFolder(_ name: String) throws(Finding) -> RecordFolder {
        let parent = descriptor
        let folder = try Self.made(path.appending(name), mkdirat(parent, name, 0o700)) {
            openat(parent, name, Self.flags)
        }
        try flush()
        return folder
    }

    private static func made(_ path: FilePath, _ result: CInt, open: () -> CInt) throws(Finding)
        -> RecordFolder
    {
        guard result == 0 || errno == EEXIST else { throw .recordOpen(path, errno) }
        guard let folder = try opened(path, open(), isNew: result == 0) else {
            throw .recordOpen(path, ENOENT)
        }
        return folder
    }

    // The path comes before the call in every argument list: making it could disturb the error number.
    private static func opened(
        _ path: FilePath, _ descriptor: CInt, isNew: Bool = false,
    ) throws(Finding) -> RecordFolder? {
        guard descriptor >= 0 else {
            switch errno {
            case ENOENT: return nil
            // A link that is not followed: Linux says that it is no folder, POSIX that there are too many links.
            case ELOOP: throw .unsafe(path, "is a symbolic link")
            case ENOTDIR where isLink(path): throw .unsafe(path, "is a symbolic link")
            case let code: throw .recordOpen(path, code)
            }
        }
        let folder = RecordFolder(descriptor: descriptor, path: path)
        guard !isNew || fchmod(descriptor, 0o700) == 0 else { throw .recordOpen(path, errno) }
        try folder.requireOurs()
        return folder
    }

    private borrowing func requireOurs() throws(Finding) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .recordOpen(path, errno) }
        guard status.st_uid == geteuid() else {
            throw .unsafe(path, "belongs to another user, number \(status.st_uid)")
        }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw .unsafe(path, "may be written to by others; take that away with chmod go-w")
        }
    }

    private static func isLink(_ path: FilePath) -> Bool {
        var status = stat()
        return lstat(path.string, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    borrowing func rename(_ old: String, to new: String) throws(Finding) {
        guard renameat(descriptor, old, descriptor, new) == 0 else {
            throw .recordWrite(path.appending(old), "cannot be renamed to \(new)", errno)
        }
    }

    /// Removes a folder of this one with everything in it; none is no fault.
    borrowing func removeFolder(_ name: String) throws(Finding) {
        guard let folder = try folder(name) else { return }
        for file in try folder.names() {
            if try folder.isFolder(file) {
                try folder.removeFolder(file)
                continue
            }
            guard unlinkat(folder.descriptor, file, 0) == 0 else {
                throw .recordWrite(folder.path.appending(file), "cannot be removed", errno)
            }
        }
        guard unlinkat(descriptor, name, AT_REMOVEDIR) == 0 else {
            throw .recordWrite(folder.path, "cannot be removed", errno)
        }
    }

    /// Whether a name is that of a folder, and not of a link to one.
    private borrowing func isFolder(_ name: String) throws(Finding) -> Bool {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            throw .recordOpen(path.appending(name), errno)
        }
        return status.st_mode & S_IFMT == S_IFDIR
    }

    /// The paths of all files in the folder and below; a folder without files gives its own path.
    borrowing func paths() throws(Finding) -> [String] {
        var paths: [String] = []
        for name in try names() {
            guard try isFolder(name), let inner = try folder(name) else {
                paths.append(name)
                continue
            }
            let below = try inner.paths()
            paths += below.isEmpty ? [name] : below.map { name + "/" + $0 }
        }
        return paths
    }

    /// Every name in the folder but `.` and `..`.
    borrowing func names() throws(Finding) -> [String] {
        let copy = openat(descriptor, ".", Self.flags)
        guard copy >= 0 else { throw .recordOpen(path, errno) }
        guard let stream = fdopendir(copy) else {
            let code = errno
            _ = Glibc.close(copy)
            throw .recordOpen(path, code)
        }
        defer { _ = closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .recordOpen(path, errno) }
        return names
    }

    /// Makes what was created, renamed and removed here durable.
    borrowing func flush() throws(Finding) {
        // Some file systems cannot flush a folder; the files in it have been flushed.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw .recordWrite(path, "cannot be flushed", errno)
        }
    }

    /// Whether this user can make files here.
    borrowing func requireWritable() throws(Finding) {
        guard faccessat(descriptor, ".", W_OK | X_OK, AT_EACCESS) == 0 else { throw .recordOpen(path, errno) }
    }
}
