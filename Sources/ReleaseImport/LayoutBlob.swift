import BundleFormat
import LibCrypto
import OCI
import SystemPackage

/// One blob file of an OCI image layout.
enum LayoutBlob {
    /// Writes the blob, hashing what is written; it has its name only when the hash is right.
    static func write(
        _ body: any BlobBody, digest: Digest, to path: FilePath, onBytes: (Int) -> Void,
    ) throws {
        let output = try OutputFile(path)
        do {
            try fill(output, with: body, digest: digest, onBytes: onBytes)
            try output.publish()
        } catch {
            output.discard()
            throw error
        }
    }

    private static func fill(
        _ output: OutputFile, with body: any BlobBody, digest: Digest, onBytes: (Int) -> Void,
    ) throws {
        try output.resize(to: 0)
        let room = UnsafeMutableRawBufferPointer.allocate(
            byteCount: PositionedFile.chunkSize, alignment: 4096)
        defer { room.deallocate() }
        var hash = SHA256()
        var offset: Int64 = 0
        while offset < body.size {
            let count = try body.read(at: offset, into: room)
            guard count > 0 else { break }
            let bytes = UnsafeRawBufferPointer(rebasing: room[..<count])
            hash.update(bytes)
            try output.file.write(bytes, at: offset)
            offset += Int64(count)
            onBytes(count)
        }
        guard offset == body.size, Digest(sha256: hash.finish()) == digest else {
            throw Finding(
                .content, "changed", at: .target, "\(digest): changed since it was verified", about: digest)
        }
    }

    static func isWhole(_ path: FilePath, digest: Digest, size: Int64) throws -> Bool {
        let file = try open(path)
        guard try FileIdentity(of: file).size == size else { return false }
        return try self.digest(of: path) == digest
    }

    static func digest(of path: FilePath) throws -> Digest {
        let file = try open(path)
        var hash = SHA256()
        try file.forEachChunk(of: 0..<FileIdentity(of: file).size) { hash.update($0) }
        return Digest(sha256: hash.finish())
    }

    private static func open(_ path: FilePath) throws -> PositionedFile {
        do {
            let descriptor = try FileDescriptor.open(path, .readOnly, options: [.noFollow, .closeOnExec])
            return PositionedFile(descriptor, path: path)
        } catch {
            throw Finding(.local, "file.open", at: .target, "\(path): cannot be opened: \(error)")
        }
    }
}
