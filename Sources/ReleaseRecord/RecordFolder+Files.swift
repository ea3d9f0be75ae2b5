import BundleFormat
import Glibc
import LibCrypto
import OCI
import SystemPackage

extension RecordFolder {
    /// Opens a plain file of this user; nothing if there is none and `flags` do not make one.
    borrowing func file(_ name: String, _ flags: CInt) throws(Finding) -> PositionedFile? {
        let place = path.appending(name)
        // Non-blocking, so that a named pipe is refused at once instead of waited for.
        let raw = openat(descriptor, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        guard raw >= 0 else {
            switch errno {
            case ENOENT where flags & O_CREAT == 0: return nil
            case ELOOP: throw .unsafe(place, "is a symbolic link")
            default: throw .recordOpen(place, errno)
            }
        }
        let file = PositionedFile(FileDescriptor(rawValue: raw), path: place)
        var status = stat()
        guard fstat(raw, &status) == 0 else { throw .recordOpen(place, errno) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
            throw .unsafe(place, "is not a plain file of this user")
        }
        guard flags & O_ACCMODE == O_RDONLY || fchmod(raw, 0o600) == 0 else {
            throw .recordOpen(place, errno)
        }
        return file
    }

    /// A file that was not there before.
    borrowing func create(_ name: String) throws(Finding) -> PositionedFile {
        guard let file = try file(name, O_WRONLY | O_CREAT | O_EXCL) else {
            throw .recordOpen(path.appending(name), ENOENT)
        }
        return file
    }

    /// Digest of a plain file; `nil` if there is none.
    borrowing func digest(of name: String) throws(Finding) -> Digest? {
        guard let file = try file(name, O_RDONLY) else { return nil }
        var hash = SHA256()
        do {
            try file.forEachChunk(of: 0..<FileIdentity(of: file).size) { hash.update($0) }
        } catch let finding as Finding {
            throw finding
        } catch {
            throw Finding(.local, "read.io", at: .policy, "\(file.path): \(error)")
        }
        return Digest(sha256: hash.finish())
    }

    /// State of a name, of a link itself; `nil` if there is none.
    borrowing func status(of name: String) throws(Finding) -> stat? {
        var status = stat()
        guard fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT else { throw .recordOpen(path.appending(name), errno) }
            return nil
        }
        return status
    }

    /// Bytes that this user may still write here.
    borrowing func freeSpace() throws(Finding) -> Int64 {
        var status = statvfs()
        guard fstatvfs(descriptor, &status) == 0 else { throw .recordOpen(path, errno) }
        let (bytes, overflow) = Int64(clamping: status.f_bavail).multipliedReportingOverflow(
            by: Int64(clamping: status.f_frsize))
        return overflow ? .max : bytes
    }

    /// The bytes of a document; nothing if there is none.
    borrowing func bytes(of name: String, limit: Int) throws(Finding) -> [UInt8]? {
        guard let file = try file(name, O_RDONLY) else { return nil }
        let size = try FileIdentity(of: file).size
        guard size <= limit else {
            throw Finding(
                .policy, "state.corrupt", at: .policy,
                "\(file.path): has \(size) bytes, at most \(limit) are expected")
        }
        return try file.bytes(at: 0, count: Int(size))
    }
}

extension PositionedFile {
    /// For its owner, whatever the umask says.
    func makeExecutable() throws(Finding) {
        guard fchmod(descriptor.rawValue, 0o700) == 0 else {
            throw .recordWrite(path, "cannot be made executable", errno)
        }
    }

    func flush() throws(Finding) {
        guard fsync(descriptor.rawValue) == 0 else { throw .recordWrite(path, "cannot be flushed", errno) }
    }
}

extension Finding {
    static func recordOpen(_ path: FilePath, _ code: CInt) -> Finding {
        record(path, "cannot be opened", code, otherwise: "state.open", at: .policy)
    }

    static func recordWrite(_ path: FilePath, _ fault: String, _ code: CInt) -> Finding {
        record(path, fault, code, otherwise: "write.io", at: .target)
    }

    private static func record(
        _ path: FilePath, _ fault: String, _ code: CInt, otherwise reason: String, at step: Step,
    ) -> Finding {
        let isFull = code == ENOSPC || code == EDQUOT
        return Finding(
            .local, isFull ? "write.space" : reason, at: step, "\(path): \(fault): \(Errno(rawValue: code))")
    }

    static func unsafe(_ path: FilePath, _ fault: String) -> Finding {
        Finding(.local, "record.unsafe", at: .policy, "\(path): \(fault)")
    }
}
