package import OCI
package import ReleaseSet
import Trust

/// A release as far as its proof goes: what there is, and what may prove it.
///
/// The same at export, where it comes from the source, and at import, where it comes from the verified bundle.
package struct ReleaseEvidence: Sendable {
    /// An image or a chart.
    package struct Artifact: Hashable, Sendable {
        /// The config of an image, or of the image for one platform.
        package struct Config: Hashable, Sendable {
            package let platform: Platform?
            package let descriptor: Descriptor

            package init(platform: Platform?, descriptor: Descriptor) {
                self.platform = platform
                self.descriptor = descriptor
            }
        }

        package enum Role: String, Hashable, Sendable {
            case image
            case extraImage = "extra-image"
            case chart
        }

        package let role: Role
        /// What policies call it.
        package let name: String
        /// The repository in the bundle, where what proves it lies too.
        package let repository: RepositoryName
        package let digest: Digest
        /// Configs of a release image; none of anything else.
        package let configs: [Config]

        package init(
            role: Role, name: String, repository: RepositoryName, digest: Digest, configs: [Config] = [],
        ) {
            self.role = role
            self.name = name
            self.repository = repository
            self.digest = digest
            self.configs = configs
        }
    }

    /// A manifest that says something about another one.
    package struct Carrier: Hashable, Sendable {
        package let repository: RepositoryName
        package let digest: Digest
        package let subject: Digest
        /// The tag by which cosign finds it; nothing for a referrer.
        package let tag: Tag?
        package let document: ManifestDocument

        package init(
            repository: RepositoryName, digest: Digest, subject: Digest, tag: Tag?, document: ManifestDocument,
        ) {
            self.repository = repository
            self.digest = digest
            self.subject = subject
            self.tag = tag
            self.document = document
        }

        var name: String { tag?.text ?? "referrer \(digest)" }
    }

    package struct File: Hashable, Sendable {
        package let name: FileName
        package let digest: Digest
        package let size: Int64

        package init(name: FileName, digest: Digest, size: Int64) {
            self.name = name
            self.digest = digest
            self.size = size
        }
    }

    package let version: ReleaseVersion
    /// The commit that the release manifest names.
    package let commit: String
    /// Vulnerability exceptions of the release manifest.
    package let exceptions: [VulnerabilityException]
    package let artifacts: [Artifact]
    package let carriers: [Carrier]
    /// Sorted by name.
    package let files: [File]

    package init(
        version: ReleaseVersion, commit: String, exceptions: [VulnerabilityException] = [],
        artifacts: [Artifact], carriers: [Carrier], files: [File],
    ) {
        self.exceptions = exceptions
        self.version = version
        self.commit = commit
        self.artifacts = artifacts
        self.carriers = carriers
        self.files = files
    }

    /// Values of the placeholders in vendor policies.
    var judged: JudgedRelease { JudgedRelease(version: version.text, commit: commit) }

    package static let blobLimit: Int64 = 16 << 20

    /// The blobs besides release files that have to be read: the layers of what carries evidence, and the configs of the
    /// images, whose labels name a version.
    package var carriedBlobs: [(repository: RepositoryName, blob: Descriptor)] {
        let layers = carriers.flatMap { carrier in
            carrier.evidenceLayers.filter { $0.size <= Self.blobLimit }.map { (carrier.repository, $0) }
        }
        let configs = artifacts.flatMap { artifact in
            artifact.configs.map(\.descriptor).filter { $0.size <= ImageLabels.configLimit }
                .map { (artifact.repository, $0) }
        }
        return layers + configs
    }
}

extension ReleaseEvidence.Carrier {
    static let layerLimit = 100

    private static let imageSignature = "application/vnd.dev.cosign.simplesigning.v1+json"
    private static let envelope = "application/vnd.dsse.envelope.v1+json"
    private static let bundle = "application/vnd.dev.sigstore.bundle"

    enum LayerKind {
        case imageSignature, envelope, bundle
    }

    static func kind(of layer: Descriptor) -> LayerKind? {
        switch layer.mediaType.text {
        case imageSignature: .imageSignature
        case envelope: .envelope
        case let text where text.hasPrefix(bundle): .bundle
        default: nil
        }
    }

    /// The layers that can be evidence. A list of parts under `.sbom` is none, and neither is another tool's referrer.
    package var evidenceLayers: [Descriptor] {
        document.layers.prefix(Self.layerLimit).filter { Self.kind(of: $0) != nil }
    }

    /// Whether it is cosign's or Sigstore's, and so must hold what they write.
    var claimsToProve: Bool {
        if let tag { return !tag.text.hasSuffix(".sbom") }
        let type = document.artifactType ?? document.config?.mediaType.text ?? ""
        return type.hasPrefix(Self.bundle) || type.hasPrefix("application/vnd.dev.cosign.artifact.sig")
    }
}
