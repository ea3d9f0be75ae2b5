import OCI
import SystemPackage

/// The names of the blobs that an interrupted export had finished, one hex digest a line.
///
/// A line says only that hashing the blob again is worth while: after a power cut the journal may have reached the
/// disk and the blob not.
struct FillJournal: Sendable {
    let path: FilePath
    private let descriptor: FileDescriptor

    static func path(for output: FilePath) -> FilePath { FilePath(output.string + ".partial.journal") }

    /// Opens the journal beside `output` for more lines; `kept` says whether the lines of an earlier run stay.
    init(for output: FilePath, keeping kept: Bool) throws(Finding) {
        path = Self.path(for: output)
        var options: FileDescriptor.OpenOptions = [.create, .append, .noFollow, .closeOnExec]
        if !kept { options.insert(.truncate) }
        do {
            descriptor = try FileDescriptor.open(
                path, .readWrite, options: options, permissions: [.ownerReadWrite])
        } catch {
            throw Finding(.local, "write.open", at: .file, "\(path): cannot be opened for writing: \(error)")
        }
    }

    /// Lines of 65 bytes; a torn last line is no digest and is left out.
    func finished() throws(Finding) -> Set<Digest> {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        do {
            while case let count = try chunk.withUnsafeMutableBytes({
                try descriptor.read(fromAbsoluteOffset: Int64(bytes.count), into: $0)
            }), count > 0 {
                bytes += chunk[..<count]
            }
        } catch {
            throw Finding(.local, "read.io", at: .file, "\(path): \(error)")
        }
        return Set(bytes.split(separator: UInt8(ascii: "\n")).compactMap { Digest(hex: $0) })
    }

    func add(_ digest: Digest) throws(Finding) {
        do {
            _ = try descriptor.writeAll(Array((digest.hex + "\n").utf8))
        } catch {
            throw Finding(.local, "write.io", at: .file, "\(path): \(error)")
        }
    }

    func close() {
        try? descriptor.close()
    }
}
