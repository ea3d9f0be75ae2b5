import BundleFormat
import Glibc
import SystemPackage

/// A file that must not exist yet and that nobody else may read: a key, something taken out of a bundle.
///
/// It is made without a name that anybody looks for and gets its own only when it is whole. THREATS.md, R-26.
final class NewFile {
    private let path: FilePath
    private let partialPath: FilePath
    private let descriptor: FileDescriptor

    init(_ path: FilePath, permissions: FilePermissions = [.ownerReadWrite]) throws(Finding) {
        self.path = path
        partialPath = FilePath("\(path).partial-\(getpid())")
        guard !InputFile.exists(path.string) else { throw Self.exists(path) }
        do {
            descriptor = try FileDescriptor.open(
                partialPath, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: permissions)
        } catch {
            throw Finding(.local, "write.open", at: .file, "\(path): cannot be created: \(error)")
        }
        guard fchmod(descriptor.rawValue, permissions.rawValue) == 0 else { throw failed() }
    }

    deinit {
        try? descriptor.close()
        unlink(partialPath.string)
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
        do {
            _ = try descriptor.writeAll(bytes)
        } catch {
            throw Finding(.local, "write.io", at: .file, "\(path): cannot be written: \(error)")
        }
    }

    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { try write($0) }
    }

    /// Makes the bytes durable and gives them their name; a file that has it already stays.
    func finish() throws(Finding) {
        guard fsync(descriptor.rawValue) == 0 else { throw failed() }
        // A link, unlike a rename, never takes the place of another file. FAT has no links.
        if link(partialPath.string, path.string) != 0 {
            guard errno != EEXIST, !InputFile.exists(path.string) else { throw Self.exists(path) }
            guard rename(partialPath.string, path.string) == 0 else { throw failed() }
        }
        try OutputFile.flushFolder(of: path)
    }

    private static func exists(_ path: FilePath) -> Finding {
        Finding(.usage, "output.exists", at: .file, "\(path): exists and is not overwritten")
    }

    private func failed() -> Finding {
        Finding(.local, "write.io", at: .file, "\(path): \(Errno(rawValue: errno))")
    }
}
