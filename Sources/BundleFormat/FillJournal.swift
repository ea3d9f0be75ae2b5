import Glibc
import OCI
import SystemPackage

/// The names of the blobs that an interrupted export had finished, one hex digest a line.
///
/// A line says only that hashing the blob again is worth while: after a power cut the journal may have reached the
/// disk and the blob not.
struct FillJournal: Sendable {
    private let file: PositionedFile

    /// Far more lines than a bundle has blobs that anybody would wait for.
    private static let maximumSize: Int64 = 64 << 20

    var path: FilePath { file.path }

    static func path(for output: FilePath) -> FilePath { FilePath(output.string + ".partial.journal") }

    /// Opens the journal beside `output` for more lines; `kept` says whether the lines of an earlier run stay.
    init(for output: FilePath, keeping kept: Bool) throws(Finding) {
        file = try OutputFile.openOwn(
            Self.path(for: output), options: [.create, .append], permissions: [.ownerReadWrite])
        let size = try FileIdentity(of: file).size
        guard (kept && size <= Self.maximumSize) || ftruncate(file.descriptor.rawValue, 0) == 0 else {
            throw Finding(.local, "write.io", at: .file, "\(file.path): \(Errno(rawValue: errno))")
        }
    }

    /// Lines of 65 bytes; a torn last line is no digest and is left out.
    func finished() throws(Finding) -> Set<Digest> {
        let bytes = try file.bytes(at: 0, count: Int(FileIdentity(of: file).size))
        return Set(bytes.split(separator: UInt8(ascii: "\n")).compactMap { Digest(hex: $0) })
    }

    func add(_ digest: Digest) throws(Finding) {
        do {
            _ = try file.descriptor.writeAll(Array((digest.hex + "\n").utf8))
        } catch {
            throw Finding(.local, "write.io", at: .file, "\(path): \(error)")
        }
    }
}
