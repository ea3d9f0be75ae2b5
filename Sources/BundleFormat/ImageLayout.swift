import Glibc
package import OCI
import StrictJSON
package import SystemPackage

/// A folder in the form of an OCI image layout, as it is read.
///
/// Documents are found by digest; referrers by the `subject` of the manifests that `index.json` lists, since a layout has
/// no referrers API (OCI image-spec 1.1.1, image-layout.md).
package struct ImageLayout: Sendable {
    package let folder: FilePath
    /// What `index.json` lists.
    package let roots: [Descriptor]
    private let referrers: [Digest: [Descriptor]]

    /// What a document is, and its bytes, which have the digest that it was asked for by.
    package typealias Document = (bytes: [UInt8], mediaType: MediaType)

    package init(_ folder: FilePath) throws {
        self.folder = folder
        let marker = try Self.read(folder.appending("oci-layout"), limit: 4096)
        let layout = try? StrictJSON.parseObject(marker, name: "oci-layout", limits: JSONLimits(bytes: 4096))
        guard let layout, (try? layout.member("imageLayoutVersion").string()) == "1.0.0" else {
            throw Finding(
                .format, "layout.version", at: .file, "\(folder)/oci-layout: is not of layout version 1.0.0")
        }
        let bytes = try Self.read(folder.appending("index.json"), limit: BundleIndex.maximumSize)
        roots = try Self.descriptors(bytes, name: "\(folder)/index.json")
        var referrers: [Digest: [Descriptor]] = [:]
        for root in roots where root.mediaType.kind != .blob {
            let bytes = try Self.read(
                Self.path(of: root.digest, in: folder), limit: ManifestDocument.maximumSize)
            let document: ManifestDocument
            do {
                document = try ManifestDocument(
                    bytes, name: root.digest.description, mediaType: root.mediaType)
            } catch {
                throw Finding(error)
            }
            guard let subject = document.subject else { continue }
            referrers[subject.digest, default: []].append(root)
        }
        self.referrers = referrers
    }

    package func path(of digest: Digest) -> FilePath { Self.path(of: digest, in: folder) }

    package func holds(_ digest: Digest) -> Bool { access(path(of: digest).string, F_OK) == 0 }

    package func referrers(of subject: Digest) -> [Descriptor] { referrers[subject] ?? [] }

    /// Nothing where the layout has no such document.
    package func document(_ digest: Digest) throws -> Document? {
        guard let type = try mediaType(of: digest) else { return nil }
        return (try bytes(of: digest, limit: ManifestDocument.maximumSize), type)
    }

    /// All bytes of a blob, which have its digest.
    package func bytes(of digest: Digest, limit: Int) throws(Finding) -> [UInt8] {
        let bytes = try Self.read(path(of: digest), limit: limit)
        guard Digest(of: bytes) == digest else {
            throw Finding(
                .content, "pull.digest", at: .content,
                "\(folder): \(digest): the file holds \(Digest(of: bytes))")
        }
        return bytes
    }

    /// The type of a document: what names it says; for a child that only another document names, what it says itself.
    private func mediaType(of digest: Digest) throws -> MediaType? {
        if let root = roots.first(where: { $0.digest == digest }) { return root.mediaType }
        guard holds(digest) else { return nil }
        let bytes = try Self.read(path(of: digest), limit: ManifestDocument.maximumSize)
        let limits = JSONLimits(bytes: ManifestDocument.maximumSize)
        let root = try StrictJSON.parseObject(bytes, name: digest.description, limits: limits)
        if let text = try root.optional("mediaType")?.string() { return MediaType(text) }
        return try root.optional("manifests") == nil ? .ociManifest : .ociIndex
    }

    private static func descriptors(_ bytes: [UInt8], name: String) throws -> [Descriptor] {
        let limits = JSONLimits(bytes: BundleIndex.maximumSize, values: 2_000_000)
        let root = try StrictJSON.parseObject(bytes, name: name, limits: limits)
        try KnownMembers.manifest.check(root)
        return try root.member("manifests").array().map { try Descriptor(json: $0) }
    }

    private static func path(of digest: Digest, in folder: FilePath) -> FilePath {
        folder.appending("blobs").appending("sha256").appending(digest.hex)
    }

    private static func read(_ path: FilePath, limit: Int) throws(Finding) -> [UInt8] {
        try PositionedFile(reading: path).contents(limit: limit)
    }
}
