import Glibc
package import SystemPackage

extension PositionedFile {
    /// Opens a regular file for reading; nothing else is waited for or read.
    ///
    /// - Parameter followsLinks: whether a symbolic link may stand in its place.
    package convenience init(reading path: FilePath, followsLinks: Bool = true) throws(Finding) {
        let options: FileDescriptor.OpenOptions = [.nonBlocking, .closeOnExec]
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                path, .readOnly, options: followsLinks ? options : options.union(.noFollow))
        } catch Errno.tooManySymbolicLinkLevels where !followsLinks {
            throw Finding(
                .local, "file.notregular", at: .file, "\(path): is a symbolic link; give the files themselves"
            )
        } catch {
            throw Finding(.local, "file.open", at: .file, "\(path): cannot be opened: \(error)")
        }
        self.init(descriptor, path: path)
        guard try FileIdentity(of: self).isRegular else {
            throw Finding(.local, "file.notregular", at: .file, "\(path): is not a regular file")
        }
    }

    /// All bytes, of a file that has no more than `limit`.
    package func contents(limit: Int) throws(Finding) -> [UInt8] {
        let size = try FileIdentity(of: self).size
        guard size <= limit else {
            throw Finding(
                .format, "json.size", at: .file, "\(path): has \(size) bytes, at most \(limit) are allowed")
        }
        return try bytes(at: 0, count: Int(size))
    }
}
