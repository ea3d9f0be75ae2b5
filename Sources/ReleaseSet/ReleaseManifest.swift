package import OCI

/// The vendor's list of what a release consists of, `release-manifest.json`.
///
/// It is the source of truth for digests. Whole SPDX documents that lie among the images are the vendor's
/// known irregularity; they are named in `skippedDocuments`. Members that this type does not read are named
/// in `unknownMembers`. Two images of one name are refused, because they would be one repository in the mirror.
package struct ReleaseManifest: Sendable {
    package static let name = "release-manifest.json"
    package static let sizeLimit = 128 << 20
    package static let valueLimit = 8_000_000

    package struct Chart: Hashable, Sendable {
        package let sbom: FileName?
        package let releaseValues: FileName?
    }

    package struct Compose: Hashable, Sendable {
        package let file: FileName?
        package let envExample: FileName?
    }

    package struct Binaries: Hashable, Sendable {
        package let checksums: FileName?
    }

    /// An SPDX document found where an image was expected.
    package struct SkippedDocument: Hashable, Sendable {
        package let pointer: String
        /// The document's own `name`, if it gives one.
        package let name: String?
    }

    package let version: ReleaseVersion
    /// 40 lowercase hex digits.
    package let commit: String
    package let images: [ReleaseImage]
    package let chart: Chart?
    package let compose: Compose?
    package let binaries: Binaries?
    package let skippedDocuments: [SkippedDocument]
    package let vulnerabilityExceptions: [VulnerabilityException]
    /// JSON pointers of the members that were not read.
    package let unknownMembers: [String]

    /// Where the vendor keeps all images, if that is one place; otherwise each image tells its own.
    package var registryPrefix: RegistryLocation? {
        let locations = Set(images.map(\.location))
        return locations.count == 1 ? locations.first : nil
    }
}

/// One image of a release, as the manifest promises it.
package struct ReleaseImage: Hashable, Sendable {
    /// The vendor's repository.
    package let name: ImageName
    /// What stands before the last component of the name.
    package let location: RegistryLocation
    package let versionTag: Tag?
    package let commitTag: Tag?
    package let digest: Digest
    package let sbom: FileName?
    package let scan: FileName?

    /// The last component of the name: the repository below a mirror's location, and the key in every table.
    package var shortName: String { name.repository.lastComponent }
}
