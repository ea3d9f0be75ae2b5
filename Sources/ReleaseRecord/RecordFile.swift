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

    let name: FileName
    let content: Content

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

    /// Writes the file and makes its bytes durable.
    func write(in folder: borrowing RecordFolder, from bundle: VerifiedBundle) throws(Finding) {
        let file = try folder.create(name.text)
        switch content {
        case .bytes(let bytes): try file.write(bytes, at: 0)
        case .blob(let digest, _): try Self.copy(try bundle.body(of: digest), digest, to: file)
        }
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
