package import BundleFormat
package import OCI

/// A manifest or an index as a source holds it: bytes that carry their digest.
package struct SourceDocument: Hashable, Sendable {
    package let bytes: [UInt8]
    package let mediaType: MediaType
    package let digest: Digest

    package init(bytes: [UInt8], mediaType: MediaType, digest: Digest) {
        self.bytes = bytes
        self.mediaType = mediaType
        self.digest = digest
    }

    var descriptor: Descriptor {
        Descriptor(mediaType: mediaType, digest: digest, size: Int64(bytes.count))
    }
}

/// One repository of the release: what it is called at the vendor's, and what it is called in the bundle.
package struct SourceRepository: Hashable, Sendable {
    package let vendor: ImageName
    /// The repository below a target's prefix.
    package let name: RepositoryName

    /// Whether a mirror of the release has it: what the operator named is fetched from where its name says.
    package let isMirrored: Bool

    package init(vendor: ImageName, name: RepositoryName, isMirrored: Bool = true) {
        self.vendor = vendor
        self.name = name
        self.isMirrored = isMirrored
    }
}

/// Where images, the chart and what proves them are fetched from.
package protocol ImageSource: Sendable {
    /// What messages call the place where `repository` lies.
    func location(of repository: SourceRepository) -> String

    /// The document with that digest; nothing if the source does not hold it.
    func document(_ digest: Digest, in repository: SourceRepository) async throws -> SourceDocument?

    /// The document that a tag names; nothing if there is no such tag.
    func document(tagged tag: Tag, in repository: SourceRepository) async throws -> SourceDocument?

    /// What refers to `subject`: found through the referrers API, the fallback tag, or the folder's index.
    func referrers(of subject: Digest, in repository: SourceRepository) async throws -> [Descriptor]

    func fetch(
        _ entry: BundleEntry, in repository: SourceRepository,
        into sink: (UnsafeRawBufferPointer) throws -> Void,
    ) async throws
}

extension ImageSource {
    /// All bytes of a small blob, which are what their digest says.
    func bytes(of entry: BundleEntry, in repository: SourceRepository) async throws -> [UInt8] {
        let check = BlobCheck(entry, named: "\(location(of: repository)): \(entry.digest)")
        var bytes: [UInt8] = []
        try await fetch(entry, in: repository) { chunk in
            try check.take(chunk)
            bytes += chunk
        }
        try check.finish()
        return bytes
    }
}
