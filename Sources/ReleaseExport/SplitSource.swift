package import BundleFormat
package import OCI

/// A layout, and a registry for the images that the operator named and the layout has not got.
package struct SplitSource<Registry: ImageSource>: ImageSource {
    private let layout: LayoutSource
    private let registry: Registry
    private let fromRegistry: Set<SourceRepository>

    /// - Parameter images: what is fetched from the registry; everything else is the layout's.
    package init(layout: LayoutSource, registry: Registry, for images: [NamedImage]) {
        self.layout = layout
        self.registry = registry
        fromRegistry = Set(images.map(\.repository))
    }

    private func source(of repository: SourceRepository) -> any ImageSource {
        fromRegistry.contains(repository) ? registry : layout
    }

    package func location(of repository: SourceRepository) -> String {
        source(of: repository).location(of: repository)
    }

    package func document(_ digest: Digest, in repository: SourceRepository) async throws -> SourceDocument? {
        try await source(of: repository).document(digest, in: repository)
    }

    package func document(tagged tag: Tag, in repository: SourceRepository) async throws -> SourceDocument? {
        try await source(of: repository).document(tagged: tag, in: repository)
    }

    package func referrers(of subject: Digest, in repository: SourceRepository) async throws -> [Descriptor] {
        try await source(of: repository).referrers(of: subject, in: repository)
    }

    package func fetch(
        _ entry: BundleEntry, in repository: SourceRepository,
        into sink: (UnsafeRawBufferPointer) throws -> Void,
    ) async throws {
        try await source(of: repository).fetch(entry, in: repository, into: sink)
    }
}
