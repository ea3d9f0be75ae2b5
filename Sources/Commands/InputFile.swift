package import BundleFormat
import Glibc
import SystemPackage

/// A small file that the operator named on the command line.
package enum InputFile {
    /// - Parameter limit: bytes; a file beyond it is refused.
    package static func bytes(of name: String, limit: Int) throws(Finding) -> [UInt8] {
        let file = PositionedFile(try open(name), path: FilePath(name))
        let identity = try FileIdentity(of: file)
        guard identity.isRegular else {
            throw Finding(.local, "file.notregular", at: .file, "\(name): is not a regular file")
        }
        guard identity.size <= limit else {
            throw Finding(
                .format, "file.size", at: .file,
                "\(name): has \(identity.size) bytes, at most \(limit) are read")
        }
        return try file.bytes(at: 0, count: Int(identity.size))
    }

    package static func exists(_ name: String) -> Bool { access(name, F_OK) == 0 }

    private static func open(_ name: String) throws(Finding) -> FileDescriptor {
        do {
            return try FileDescriptor.open(FilePath(name), .readOnly, options: [.nonBlocking, .closeOnExec])
        } catch {
            throw Finding(.local, "file.open", at: .file, "\(name): cannot be opened: \(error)")
        }
    }
}
