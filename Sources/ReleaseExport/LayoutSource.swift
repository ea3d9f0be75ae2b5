package import BundleFormat
package import OCI
package import SystemPackage

/// A folder in the form of an OCI image layout as the source.
///
/// A tag is found by a ref name that is the tag, or ends in it behind the repository's name.
package struct LayoutSource: ImageSource {
    private let layout: ImageLayout

    package init(_ folder: FilePath) throws {
        layout = try ImageLayout(folder)
    }

    /// Whether the folder has the image.
    package func holds(_ image: NamedImage) -> Bool { layout.holds(image.digest) }

    package func location(of repository: SourceRepository) -> String { layout.folder.string }

    package func document(_ digest: Digest, in repository: SourceRepository) async throws -> SourceDocument? {
        try layout.document(digest).map {
            SourceDocument(bytes: $0.bytes, mediaType: $0.mediaType, digest: digest)
        }
    }

    package func document(tagged tag: Tag, in repository: SourceRepository) async throws -> SourceDocument? {
        let names = [repository.name, repository.vendor.repository].flatMap { name in
            [":", "/"].map { "\(name)\($0)\(tag)" }
        }
        let found = layout.roots.filter { root in
            guard let name = root.annotations["org.opencontainers.image.ref.name"] else { return false }
            return name == tag.text && tag.cosignSubject != nil
                || names.contains { name == $0 || name.hasSuffix("/" + $0) }
        }
        guard let first = found.first else { return nil }
        guard found.allSatisfy({ $0.digest == first.digest }) else {
            throw Finding(
                .policy, "source.ambiguous", at: .releaseSet,
                "\(layout.folder)/index.json: \(repository.name):\(tag) names \(found.count) different manifests"
            )
        }
        return try await document(first.digest, in: repository)
    }

    package func referrers(of subject: Digest, in repository: SourceRepository) async throws -> [Descriptor] {
        layout.referrers(of: subject)
    }

    package func fetch(
        _ entry: BundleEntry, in repository: SourceRepository,
        into sink: (UnsafeRawBufferPointer) throws -> Void,
    ) async throws {
        try LocalFile.forEachChunk(of: layout.path(of: entry.digest), upTo: entry.size, sink)
    }
}
