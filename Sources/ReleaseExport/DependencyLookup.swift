import BundleFormat
package import OCI
package import ReleaseSet
package import SystemPackage

/// NATS and SurrealDB as the values and the compose file of a release name them, for `--with-dependencies`.
///
/// The registry is `docker.io`, and every reference needs a tag. A part for which the operator names an image is left out.
package struct DependencyLookup: Sendable {
    package let references: [DependencyReference]

    /// Reads chart, values and compose files; files that cannot be read are reported by the planner.
    package init(
        in folder: FilePath, of manifest: ReleaseManifest, besides extraImages: [NamedImage],
        leavingOut: Set<ReleaseParts.Group>,
    ) async throws {
        let wanted: Set = [
            manifest.version.chartArchive, manifest.chart?.releaseValues?.text ?? ReleaseValues.name,
            manifest.compose?.file?.text ?? "cloudgrid.compose.yaml",
            manifest.compose?.envExample?.text ?? EnvironmentFile.name,
        ]
        let files = try await ReleaseFolder(folder, width: 1) { name in
            !wanted.contains(name.text) || leavingOut.contains { manifest.lists(name, in: $0) }
        }
        var parts = ReleaseParts(
            version: manifest.version, manifest: manifest,
            files: Dictionary(
                uniqueKeysWithValues: files.files.map {
                    ($0.file.name, ReleaseParts.File(digest: $0.file.digest, size: $0.file.size))
                }), images: [:])
        parts.extraImages = extraImages.map {
            ExtraImage(repository: $0.name, digest: $0.digest, source: $0.reference)
        }
        try parts.readForClosure(from: files)
        let taken = Set(extraImages.map(\.name.text) + manifest.images.map(\.shortName))
        references = try DependencyReference.all(missingIn: Closure(of: parts), taken: taken)
    }
}

/// One image to carry, with its digest if the reference has one.
package struct DependencyReference: Hashable, Sendable {
    /// The value of `--image`, with `<digest>` where a digest is to be set.
    private let option: String
    private let vendor: ImageName
    private let tag: Tag
    private let digest: Digest?
    private let name: RepositoryName

    package var host: RegistryHost { vendor.host }

    fileprivate static func all(
        missingIn closure: Closure, taken: Set<String>,
    ) throws -> [DependencyReference] {
        let images = closure.missing.filter { $0.bundledPart != nil }
        for image in images {
            let places = image.places.prefix(3).map(\.text).joined(separator: "; ")
            guard image.name.hasPrefix("docker.io/") else {
                throw Finding(
                    .policy, "dependency.registry", at: .releaseSet,
                    "\(image.reference), named in \(places): --with-dependencies carries from docker.io only; "
                        + "name the image by digest with --image")
            }
            guard let tag = image.tag, tag != "latest" else {
                throw Finding(
                    .policy, "dependency.tag", at: .releaseSet,
                    "\(image.reference), named in \(places): expected a tag that names a version, found "
                        + (image.tag ?? "none") + "; name the image by digest with --image")
            }
        }
        return try Closure.imageOptions(for: images, taken: taken).map(DependencyReference.init)
    }

    private init(_ option: String) throws {
        // Any digest gives the names; the real one follows.
        let trial = option.replacing("<digest>", with: Digest(of: []).hex)
        let image = try NamedImage(trial)
        self.option = option
        vendor = image.vendor
        tag = image.sourceTag ?? image.tag
        name = image.name
        digest = trial == option ? image.digest : nil
    }

    /// Returns the image with the digest that the source has for the tag; `nil` if the source has no such tag.
    package func resolved(from source: any ImageSource) async throws -> ResolvedDependency? {
        let repository = SourceRepository(vendor: vendor, name: name, isMirrored: false)
        guard let digest else {
            let found = try await source.document(tagged: tag, in: repository)
            return try found.map { try ResolvedDependency(option.replacing("<digest>", with: $0.digest.hex)) }
        }
        let found = try await source.document(digest, in: repository)
        return try found.map { _ in try ResolvedDependency(option) }
    }

    /// Returns the image; an absent tag is an error.
    package func required(from source: any ImageSource) async throws -> ResolvedDependency {
        if let found = try await resolved(from: source) { return found }
        let place = source.location(of: SourceRepository(vendor: vendor, name: name, isMirrored: false))
        throw Finding(
            .policy, "dependency.absent", at: .releaseSet,
            "\(vendor):\(tag): \(place) has no such image; name another one with --image, or a mirror of docker.io "
                + "with --dependency-registry")
    }
}

/// A dependency with its digest.
package struct ResolvedDependency: Hashable, Sendable {
    /// The value of `--image` that names the same image.
    package let option: String
    package let image: NamedImage

    fileprivate init(_ option: String) throws {
        self.option = option
        image = try NamedImage(option)
    }
}
