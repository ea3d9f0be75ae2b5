package import BundleFormat
package import OCI
import StrictJSON
package import SystemPackage

/// A folder in the form of an OCI image layout as the source.
///
/// Documents are found by digest. A tag is found by a ref name that is the tag, or ends in it behind the repository's
/// name; referrers are found by the `subject` of the manifests that `index.json` lists, since a layout has no
/// referrers API (OCI image-spec 1.1.1, image-layout.md).
package struct LayoutSource: ImageSource {
    private let folder: FilePath
    private let roots: [Descriptor]
    private let referrers: [Digest: [Descriptor]]

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

    /// Whether the folder has the image.
    package func holds(_ image: NamedImage) -> Bool {
        LocalFile.exists(Self.path(of: image.digest, in: folder))
    }

    package func location(of repository: SourceRepository) -> String { folder.string }

    package func document(_ digest: Digest, in repository: SourceRepository) async throws -> SourceDocument? {
        guard let type = try mediaType(of: digest) else { return nil }
        let bytes = try Self.read(Self.path(of: digest, in: folder), limit: ManifestDocument.maximumSize)
        guard Digest(of: bytes) == digest else {
            throw Finding(
                .content, "pull.digest", at: .content,
                "\(folder): \(digest): the file holds \(Digest(of: bytes))")
        }
        return SourceDocument(bytes: bytes, mediaType: type, digest: digest)
    }

    package func document(tagged tag: Tag, in repository: SourceRepository) async throws -> SourceDocument? {
        let names = [repository.name, repository.vendor.repository].flatMap { name in
            [":", "/"].map { "\(name)\($0)\(tag)" }
        }
        let found = roots.filter { root in
            guard let name = root.annotations["org.opencontainers.image.ref.name"] else { return false }
            return name == tag.text && tag.cosignSubject != nil
                || names.contains { name == $0 || name.hasSuffix("/" + $0) }
        }
        guard let first = found.first else { return nil }
        guard found.allSatisfy({ $0.digest == first.digest }) else {
            throw Finding(
                .policy, "source.ambiguous", at: .releaseSet,
                "\(folder)/index.json: \(repository.name):\(tag) names \(found.count) different manifests")
        }
        return try await document(first.digest, in: repository)
    }

    package func referrers(of subject: Digest, in repository: SourceRepository) async throws -> [Descriptor] {
        referrers[subject] ?? []
    }

    package func fetch(
        _ entry: BundleEntry, in repository: SourceRepository,
        into sink: (UnsafeRawBufferPointer) throws -> Void,
    ) async throws {
        try LocalFile.forEachChunk(of: Self.path(of: entry.digest, in: folder), upTo: entry.size, sink)
    }

    /// The type of a document: what names it says; for a child that only another document names, what it says itself.
    private func mediaType(of digest: Digest) throws -> MediaType? {
        if let root = roots.first(where: { $0.digest == digest }) { return root.mediaType }
        let path = Self.path(of: digest, in: folder)
        guard LocalFile.exists(path) else { return nil }
        let bytes = try Self.read(path, limit: ManifestDocument.maximumSize)
        let limits = JSONLimits(bytes: ManifestDocument.maximumSize)
        let root = try StrictJSON.parseObject(bytes, name: digest.description, limits: limits)
        if let text = try root.optional("mediaType")?.string() { return MediaType(text) }
        return try root.optional("manifests") == nil ? .ociManifest : .ociIndex
    }

    private static func descriptors(_ bytes: [UInt8], name: String) throws -> [Descriptor] {
        let limits = JSONLimits(bytes: BundleIndex.maximumSize, values: 2_000_000)
        let root = try StrictJSON.parseObject(bytes, name: name, limits: limits)
        return try root.member("manifests").array().map { try Descriptor(json: $0) }
    }

    private static func path(of digest: Digest, in folder: FilePath) -> FilePath {
        folder.appending("blobs").appending("sha256").appending(digest.hex)
    }

    private static func read(_ path: FilePath, limit: Int) throws -> [UInt8] {
        try LocalFile.bytes(of: path, limit: limit)
    }
}
