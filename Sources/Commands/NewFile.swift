import BundleFormat
import Glibc
import SystemPackage

/// A file that must not exist yet and that nobody else may read: a key, something taken out of a bundle.
///
/// THREATS.md, R-26.
final class NewFile {
    private let path: FilePath
    private let descriptor: FileDescriptor

    init(_ path: FilePath, permissions: FilePermissions = [.ownerReadWrite]) throws(Finding) {
        self.path = path
        do {
            descriptor = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: permissions)
        } catch {
            let isThere = (error as? Errno) == .fileExists
            throw isThere
                ? Finding(.usage, "output.exists", at: .file, "\(path): exists and is not overwritten")
                : Finding(.local, "write.open", at: .file, "\(path): cannot be created: \(error)")
        }
        guard fchmod(descriptor.rawValue, permissions.rawValue) == 0 else { throw failed() }
    }

    deinit { try? descriptor.close() }

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

    func finish() throws(Finding) {
        guard fsync(descriptor.rawValue) == 0 else { throw failed() }
        try OutputFile.flushFolder(of: path)
    }

    /// Takes the file away again.
    func discard() {
        unlink(path.string)
    }

    private func failed() -> Finding {
        Finding(.local, "write.io", at: .file, "\(path): \(Errno(rawValue: errno))")
    }
}
