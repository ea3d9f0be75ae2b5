package import BundleFormat
import SystemPackage
import OCI
package import ReleaseSet
package import VendorProof

/// An export before its first signature: the statement, and where each blob comes from.
package struct ExportPlan: Sendable {
    package let statement: Statement
    package let manifest: ReleaseManifest
    package let graph: BundleGraph
    package let artifact: ReleaseArtifact
    package let blobs: PlannedBlobs
    package let warnings: [Finding]
    /// Which line of which checksum file covers what.
    package let coverage: Coverage
    /// Every image that values and compose can name.
    package let closure: Closure
    /// What is known of the origin of everything.
    package let vendor: VendorReport
    /// Optional files of a release that this one has not got.
    package let absent: [FileName]
}

/// Where every blob of a planned bundle comes from; the bytes are checked by whoever takes them.
package struct PlannedBlobs: BlobSource {
    enum Origin: Sendable {
        case memory([UInt8])
        case file(LocalFile)
        case repository(SourceRepository)
    }

    let source: any ImageSource
    let origins: [Digest: Origin]
    /// Blobs that are checked as image configs when they arrive.
    let imageConfigs: Set<Digest>

    package func fetch(_ entry: BundleEntry, into sink: (UnsafeRawBufferPointer) throws -> Void) async throws
    {
        switch origins[entry.digest] {
        case .memory(let bytes):
            try bytes.withUnsafeBytes(sink)
        case .file(let local):
            try Self.copy(local, of: entry, into: sink)
        case .repository(let repository) where imageConfigs.contains(entry.digest):
            try await fetchConfig(entry, in: repository).withUnsafeBytes(sink)
        case .repository(let repository):
            try await source.fetch(entry, in: repository, into: sink)
        case nil:
            throw Finding(.internal, "internal", at: .graph, "\(entry.path): was planned without a source")
        }
    }

    private func fetchConfig(
        _ entry: BundleEntry, in repository: SourceRepository
    ) async throws -> [UInt8] {
        guard entry.size <= ImageConfig.maximumSize else {
            throw Finding(
                .format, "json.size", at: .graph,
                "\(source.location(of: repository)): image config \(entry.digest) has \(entry.size) bytes, at most "
                    + "\(ImageConfig.maximumSize) are allowed")
        }
        let bytes = try await source.bytes(of: entry, in: repository)
        do throws(OCIError) {
            try ImageConfig.check(
                bytes, name: "\(source.location(of: repository)): image config \(entry.digest)")
        } catch {
            throw Finding(error)
        }
        return bytes
    }

    /// Reads a local file again, which must be what it was when it was hashed.
    static func copy(
        _ local: LocalFile, of entry: BundleEntry, into sink: (UnsafeRawBufferPointer) throws -> Void,
    ) throws {
        do {
            let again = BlobCheck(entry, named: local.path.string)
            try LocalFile.forEachChunk(of: local.path, upTo: entry.size, followsLinks: false) { bytes in
                try again.take(bytes)
                try sink(bytes)
            }
            try again.finish()
        } catch let finding as Finding where finding.fault == .content {
            throw Finding(
                .content, "changed", at: .content,
                "\(local.path): changed since the export was planned; run it again")
        }
    }
}
