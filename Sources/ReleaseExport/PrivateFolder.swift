import BundleFormat
import Glibc
package import SystemPackage

/// A folder for files on their way, which only this user may open and which goes with its owner.
package final class PrivateFolder: Sendable {
    package let path: FilePath

    /// Refuses to use one that is there: it would not be known what lies in it.
    package init(_ path: FilePath) throws {
        guard mkdir(path.string, 0o700) == 0 else {
            let error = Errno(rawValue: errno)
            throw Finding(.local, "write.open", at: .file, "\(path): cannot be created: \(error)")
        }
        self.path = path
    }

    /// What cannot be removed stays readable for this user alone, and nothing can be told any more.
    deinit {
        guard let folder = opendir(path.string) else { return }
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            _ = unlinkat(dirfd(folder), name, 0)
        }
        closedir(folder)
        _ = rmdir(path.string)
    }
}
