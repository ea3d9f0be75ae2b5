import Archive
import Glibc
package import OCI
package import SystemPackage
package import Trust

/// A bundle that has been opened and of which nothing is believed.
///
/// The file is opened once; what is renamed or replaced later under its name is another file.
package struct BundleReader: Sendable {
    package let file: PositionedFile
    package let front: BundleFront
    /// The identity and times of the file when it was opened, to be compared at the end.
    package let opened: FileIdentity

    /// - Parameter followsLinks: whether the last component of `path` may be a symbolic link.
    package init(_ path: FilePath, followsLinks: Bool = true) throws(Finding) {
        var options: FileDescriptor.OpenOptions = [.nonBlocking, .closeOnExec]
        if !followsLinks { options.insert(.noFollow) }
        do {
            // Non-blocking, so that a named pipe is refused at once instead of waited for.
            file = PositionedFile(try FileDescriptor.open(path, .readOnly, options: options), path: path)
        } catch {
            let name = (error as? Errno).map { $0 == .noSuchFileOrDirectory ? " (ENOENT)" : "" } ?? ""
            throw Finding(.local, "file.open", at: .file, "\(path): cannot be opened: \(error)\(name)")
        }
        opened = try FileIdentity(of: file)
        guard opened.isRegular else {
            let hint = opened.isFolder ? "is a folder; give the tar, not a folder" : "is not a regular file"
            throw Finding(.local, "file.notregular", at: .file, "\(path): \(hint)")
        }
        front = try BundleFront(file)
    }

    /// The statement, if enough of the pinned keys signed its bytes.
    package func statement(acceptedBy policy: SignerPolicy) throws -> VerifiedStatement {
        let verified = try policy.verify(front.statement, signatures: front.signatures)
        return VerifiedStatement(
            statement: try Statement(verified), bytes: verified.bytes, signers: verified.signers, reader: self
        )
    }
}

/// A statement that a threshold of pinned keys signed, with the file that it stands in.
package struct VerifiedStatement: Sendable {
    package let statement: Statement
    /// The bytes that were verified.
    package let bytes: [UInt8]
    package let signers: [KeyID]
    package let reader: BundleReader

    fileprivate init(statement: Statement, bytes: [UInt8], signers: [KeyID], reader: BundleReader) {
        self.statement = statement
        self.bytes = bytes
        self.signers = signers
        self.reader = reader
    }

    package var digest: Digest { Digest(of: bytes) }

    package var layout: BundleLayout {
        BundleLayout(entries: statement.entries, restOffset: reader.front.restOffset)
    }

    /// Whether the file has exactly the size that the statement gives it: seen before any content is read.
    package func checkSize() throws(Finding) {
        let (expected, found) = (layout.fileSize, reader.opened.size)
        if found < expected {
            throw Finding(
                .format, "tar.truncated", at: .size,
                "\(reader.file.path): is cut short at byte \(found): expected \(expected) bytes, found \(found)"
            )
        }
        if found > expected {
            throw Finding(
                .format, "tar.trailing", at: .size,
                "\(reader.file.path): goes on after its end at byte \(expected): expected \(expected) bytes, "
                    + "found \(found)")
        }
    }
}

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
