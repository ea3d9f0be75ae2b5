import BundleFormat
import Glibc
package import OCI
package import Registry
import StrictJSON
package import SystemPackage

/// A folder in the form of an OCI image layout as the destination: an import that needs no server.
///
/// A new folder is built under `DIR.partial` and renamed when it is whole; to an existing one blobs are added, each under
/// its name only when it is whole, and `index.json` is replaced last, in one step.
package actor LayoutDestination: Destination {
    private let folder: FilePath
    private let workFolder: FilePath
    private let isNew: Bool
    private var index: LayoutIndex
    /// The index as it was read: another one under the lock means that somebody else was faster.
    private let found: [UInt8]
    private var lock: FileDescriptor?
    private var isCommitted = false

    package init(_ folder: FilePath) throws {
        self.folder = folder
        isNew = access(folder.string, F_OK) != 0
        workFolder = isNew ? FilePath(folder.string + ".partial") : folder
        index = isNew ? LayoutIndex() : try LayoutIndex(readFrom: folder)
        found = try index.json
    }

    deinit {
        try? lock?.close()
    }

    package nonisolated func name(of repository: RepositoryName) -> String { "\(folder):\(repository)" }

    /// All repositories share one store, where a blob that one of them lacks is damaged for all.
    package nonisolated var lendsUnasked: Bool { false }

    package func prepare() async throws {}

    package func digest(of tag: Tag, in repository: RepositoryName, isExpected: Bool) async throws -> Digest?
    {
        index.digest(of: "\(repository):\(tag)")
    }

    /// A blob that is there is hashed before it is relied on.
    package func holdsBlob(_ digest: Digest, size: Int64, in repository: RepositoryName) async throws -> Bool
    {
        let path = path(of: digest)
        guard access(path.string, F_OK) == 0 else { return false }
        return try LayoutBlob.isWhole(path, digest: digest, size: size)
    }

    package func push(
        _ digest: Digest, _ body: any BlobBody, to repository: RepositoryName, from other: RepositoryName?,
        onBytes: @escaping @Sendable (Int) -> Void,
    ) async throws -> PushOutcome {
        // All repositories of a layout share one store.
        if other != nil { return .mounted }
        try open()
        try LayoutBlob.write(body, digest: digest, to: path(of: digest), onBytes: onBytes)
        return .uploaded
    }

    package func put(_ bytes: [UInt8], _ descriptor: Descriptor, in repository: RepositoryName) async throws {
        try open()
        try LayoutBlob.write(MemoryBody(bytes), digest: descriptor.digest, to: path(of: descriptor.digest)) {
            _ in
        }
    }

    package func list(_ referrers: [Descriptor], of subject: Digest, in repository: RepositoryName)
        async throws
        -> ReferrersOutcome
    {
        // In a layout referrers are found by the `subject` of what index.json lists.
        referrers.forEach { index.add($0) }
        return .indexed
    }

    package func referrers(of subject: Digest, in repository: RepositoryName) async throws -> Set<Digest> {
        index.digests
    }

    package func put(tag: Tag, _ bytes: [UInt8], _ descriptor: Descriptor, in repository: RepositoryName)
        async throws
    {
        index.set("\(repository):\(tag)", to: descriptor)
    }

    package func commit() async throws {
        guard index.hasChanged else { return }
        try open()
        try OutputFile.write(
            BundleLayout.layoutMarker, to: workFolder.appending(BundleLayout.layoutMarkerPath))
        try OutputFile.write(try index.json, to: workFolder.appending(BundleEntry.indexPath))
        if isNew {
            guard rename(workFolder.string, folder.string) == 0 else {
                throw Finding(
                    .local, "write.io", at: .target,
                    "\(workFolder): cannot be renamed to \(folder): \(Errno(rawValue: errno))")
            }
            try OutputFile.flushFolder(of: folder)
        }
        isCommitted = true
    }

    package func readBack(_ reference: ManifestReference, in repository: RepositoryName, isNew: Bool)
        async throws
        -> Digest?
    {
        let digest: Digest
        switch reference {
        case .digest(let named): digest = named
        case .tag(let tag):
            guard let named = try LayoutIndex(readFrom: folder).digest(of: "\(repository):\(tag)") else {
                return nil
            }
            digest = named
        }
        let path = path(of: digest)
        return access(path.string, F_OK) == 0 ? try LayoutBlob.digest(of: path) : nil
    }

    private func path(of digest: Digest) -> FilePath {
        let root = isNew && !isCommitted ? workFolder : folder
        return root.appending("blobs").appending("sha256").appending(digest.hex)
    }

    /// Makes what is not there yet and keeps other imports out until this one ends.
    private func open() throws {
        guard lock == nil else { return }
        try makeFolder(workFolder)
        let descriptor: FileDescriptor
        do {
            descriptor = try FileDescriptor.open(
                workFolder, .readOnly, options: [.directory, .noFollow, .closeOnExec])
        } catch {
            throw Finding(.local, "write.open", at: .target, "\(workFolder): cannot be opened: \(error)")
        }
        do {
            try checkOwn(descriptor)
        } catch {
            try? descriptor.close()
            throw error
        }
        lock = descriptor
        try makeFolder(workFolder.appending("blobs"))
        try makeFolder(workFolder.appending("blobs").appending("sha256"))
    }

    /// Whether the folder is this user's, nobody else imports into it, and it is still as it was when it was read.
    private func checkOwn(_ descriptor: FileDescriptor) throws {
        var status = stat()
        guard fstat(descriptor.rawValue, &status) == 0, status.st_uid == geteuid() else {
            throw Finding(.local, "write.open", at: .target, "\(workFolder): is not this user's own folder")
        }
        let isFree = flock(descriptor.rawValue, LOCK_EX | LOCK_NB) == 0
        let isSame =
            isNew ? access(folder.string, F_OK) != 0 : try LayoutIndex(readFrom: folder).json == found
        guard isFree, isSame else {
            throw Finding(.local, "output.busy", at: .target, "\(folder): another import is writing it")
        }
    }

    private func makeFolder(_ path: FilePath) throws {
        guard mkdir(path.string, 0o755) == 0 || errno == EEXIST else {
            throw Finding(
                .local, "write.open", at: .target, "\(path): cannot be made: \(Errno(rawValue: errno))")
        }
    }
}
