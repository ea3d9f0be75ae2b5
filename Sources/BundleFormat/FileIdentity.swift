import Glibc
import SystemPackage

/// Which file a descriptor is, and whether it has changed since.
package struct FileIdentity: Hashable, Sendable {
    /// Bytes.
    package let size: Int64
    package let isRegular: Bool
    package let isFolder: Bool
    private let device: UInt64
    private let number: UInt64
    private let times: [Int]

    package init(of file: PositionedFile) throws(Finding) {
        var status = stat()
        guard fstat(file.descriptor.rawValue, &status) == 0 else {
            throw Finding(.local, "read.io", at: .file, "\(file.path): \(Errno(rawValue: errno))")
        }
        size = Int64(status.st_size)
        isRegular = status.st_mode & S_IFMT == S_IFREG
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        device = UInt64(status.st_dev)
        number = UInt64(status.st_ino)
        times = [
            status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
        ]
    }
}
