package import BundleFormat
import Glibc
import LibCrypto
import OCI
package import ReleaseSet
package import SystemPackage

/// A file of the release on this machine, named and hashed when the export was planned.
package struct LocalFile: Hashable, Sendable {
    package let path: FilePath
    package let file: ReleaseFile

    package init(_ path: FilePath, name: FileName) throws {
        self.path = path
        var hash = SHA256()
        var size: Int64 = 0
        try Self.forEachChunk(of: path, upTo: .max, followsLinks: false) { bytes in
            hash.update(bytes)
            size += Int64(bytes.count)
        }
        file = ReleaseFile(name: name, digest: Digest(sha256: hash.finish()), size: size)
    }

    private init(path: FilePath, file: ReleaseFile) {
        self.path = path
        self.file = file
    }

    /// The same file as it is to travel.
    func named(_ name: FileName) -> LocalFile {
        LocalFile(path: path, file: ReleaseFile(name: name, digest: file.digest, size: file.size))
    }

    static func exists(_ path: FilePath) -> Bool { access(path.string, F_OK) == 0 }

    /// Hands over the file in chunks, `limit` bytes and one more chunk at most: a file that has grown is seen as such.
    static func forEachChunk(
        of path: FilePath, upTo limit: Int64, followsLinks: Bool = true,
        _ body: (UnsafeRawBufferPointer) throws -> Void,
    ) throws {
        // A link in a release folder could pack any file of the operator's.
        let file = try PositionedFile(reading: path, followsLinks: followsLinks)
        let size = try FileIdentity(of: file).size
        try file.forEachChunk(of: 0..<min(size, limit == .max ? size : limit + 1), body)
    }

    static func bytes(of path: FilePath, limit: Int) throws -> [UInt8] {
        try PositionedFile(reading: path).contents(limit: limit)
    }
}
