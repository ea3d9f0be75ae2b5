import BundleFormat
package import ReleaseSet

extension ReleaseFolder: ReleaseFileSource {
    package func bytes(of name: FileName) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try forEachChunk(of: name) { bytes += $0 }
        return bytes
    }

    /// What is judged must be what travels, so a file that changed since it was hashed is refused here already.
    package func forEachChunk(of name: FileName, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard let local = file(named: name.text) else { return }
        let entry = try BundleEntry(blob: local.file.digest, size: local.file.size)
        try PlannedBlobs.copy(local, of: entry, into: body)
    }
}
