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
        try VerifiedStatement(of: self, acceptedBy: policy)
    }
}
