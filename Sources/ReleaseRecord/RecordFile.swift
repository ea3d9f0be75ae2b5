import BundleFormat
import LibCrypto
import OCI
import ReleaseSet
import SystemPackage

/// One file of a release's folder, and from where its bytes come.
struct RecordFile: Sendable {
    enum Content: Sendable {
        case bytes([UInt8])
        /// A blob of the bundle.
        case blob(Digest, size: Int64)
    }

    let part: RecordPart
    /// The folders below that of the part.
    let folders: [FileName]
    let name: FileName
    let content: Content
    let isExecutable: Bool

    init(
        _ name: FileName, in part: RecordPart, below folders: [FileName] = [], _ content: Content,
        isExecutable: Bool = false,
    ) {
        self.part = part
        self.folders = folders
        self.name = name
        self.content = content
        self.isExecutable = isExecutable
    }

    /// The path relative to the release's folder.
    var path: String { part.path((folders + [name]).map(\.text).joined(separator: "/")) }

    /// Bytes.
    var size: Int64 {
        switch content {
        case .bytes(let bytes): Int64(bytes.count)
        case .blob(_, let size): size
        }
    }

    var digest: Digest {
        switch content {
        case .bytes(let bytes): Digest(of: bytes)
        case .blob(let digest, _): digest
        }
    }

    /// Refuses two files that some file system would hold to be one, or a file where a folder is to be.
    static func requireDistinct(_ files: [RecordFile]) throws(ReleaseSetError) {
        var folders: [String: FileName] = [:]
        for file in files {
            for count in file.folders.indices {
                let path = file.folders[...count].map(\.caseFolded).joined(separator: "/")
                folders[file.part.path(path)] = file.folders[count]
            }
        }
        var seen: [String: FileName] = [:]
        for file in files {
            let path = file.part.path(
                (file.folders + [file.name]).map(\.caseFolded).joined(separator: "/"))
            if let other = seen.updateValue(file.name, forKey: path) ?? folders[path] {
                throw .duplicateFileName(other.text, file.name.text)
            }
        }
    }

    /// Writes the file below the release's folder and makes its bytes durable.
    func write(below root: borrowing RecordFolder, from bundle: VerifiedBundle) throws(Finding) {
        let folder = try root.madeFolder(part.name)
        try write(below: folder, folders[...], from: bundle)
        try folder.flush()
    }

    private func write(
        below folder: borrowing RecordFolder, _ rest: ArraySlice<FileName>, from bundle: VerifiedBundle,
    ) throws(Finding) {
        guard let next = rest.first else { return try write(in: folder, from: bundle) }
        let inner = try folder.madeFolder(next.text)
        try write(below: inner, rest.dropFirst(), from: bundle)
        try inner.flush()
    }

    private func write(in folder: borrowing RecordFolder, from bundle: VerifiedBundle) throws(Finding) {
        let file = try folder.create(name.text)
        switch content {
        case .bytes(let bytes): try file.write(bytes, at: 0)
        case .blob(let digest, _): try Self.copy(try bundle.body(of: digest), digest, to: file)
        }
        if isExecutable { try file.makeExecutable() }
        try file.flush()
    }

    /// Hashed again on the way: the medium may serve other bytes than it did when it was checked.
    private static func copy(_ body: any BlobBody, _ digest: Digest, to file: PositionedFile) throws(Finding)
    {
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: PositionedFile.chunkSize, alignment: 4096)
        defer { room.deallocate() }
        var hash = SHA256()
        var offset: Int64 = 0
        while offset < body.size {
            let count: Int
            do {
                count = try body.read(at: offset, into: room)
            } catch let finding as Finding {
                throw finding
            } catch {
                throw Finding(.local, "read.io", at: .target, "\(digest): cannot be read: \(error)")
            }
            guard count > 0 else { break }
            let chunk = UnsafeRawBufferPointer(rebasing: room[..<count])
            hash.update(chunk)
            try file.write(chunk, at: offset)
            offset += Int64(count)
        }
        guard Digest(sha256: hash.finish()) == digest else {
            throw Finding(
                .content, "changed", at: .target, "\(digest): changed since it was verified", about: digest)
        }
    }
}
