package import BundleFormat
import Glibc
import SystemPackage

/// A small file that the operator named on the command line.
package enum InputFile {
    /// - Parameters:
    ///   - limit: bytes; a file beyond it is refused.
    ///   - takesPipes: whether the name may be that of a pipe or a descriptor, as for a pass phrase.
    package static func bytes(of name: String, limit: Int, takesPipes: Bool = false) throws(Finding)
        -> [UInt8]
    {
        let file = try opened(name, waits: takesPipes)
        let identity = try FileIdentity(of: file)
        if takesPipes, !identity.isRegular, !identity.isFolder { return try stream(file, limit: limit) }
        return try bytes(of: file, limit: limit)
    }

    /// All bytes of an open file, which must be a regular one.
    static func bytes(of file: PositionedFile, limit: Int) throws(Finding) -> [UInt8] {
        let identity = try FileIdentity(of: file)
        guard identity.isRegular else {
            throw Finding(.local, "file.notregular", at: .file, "\(file.path): is not a regular file")
        }
        guard identity.size <= limit else { throw tooLarge(file.path.string, limit) }
        return try file.bytes(at: 0, count: Int(identity.size))
    }

    private static func stream(_ file: PositionedFile, limit: Int) throws(Finding) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        do {
            while case let count = try chunk.withUnsafeMutableBytes({ try file.descriptor.read(into: $0) }),
                count > 0
            {
                bytes += chunk[..<count]
                guard bytes.count <= limit else { throw tooLarge(file.path.string, limit) }
            }
            return bytes
        } catch let finding as Finding {
            throw finding
        } catch {
            throw Finding(.local, "read.io", at: .file, "\(file.path): \(error)")
        }
    }

    private static func tooLarge(_ name: String, _ limit: Int) -> Finding {
        Finding(.format, "file.size", at: .file, "\(name): has more than the \(limit) bytes that are read")
    }

    package static func exists(_ name: String) -> Bool { access(name, F_OK) == 0 }

    /// - Parameter waits: whether a pipe's other end is waited for.
    static func opened(_ name: String, waits: Bool = false) throws(Finding) -> PositionedFile {
        do {
            let options: FileDescriptor.OpenOptions = waits ? [.closeOnExec] : [.nonBlocking, .closeOnExec]
            let path = FilePath(name)
            return PositionedFile(try FileDescriptor.open(path, .readOnly, options: options), path: path)
        } catch {
            throw Finding(.local, "file.open", at: .file, "\(name): cannot be opened: \(error)")
        }
    }
}
