/// The media type of a descriptor or a document, without parameters.
///
/// Compared byte by byte, as the registries do; parameters belong to HTTP and are stripped where a header is read.
package struct MediaType: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    package static let ociIndex = MediaType("application/vnd.oci.image.index.v1+json")
    package static let ociManifest = MediaType("application/vnd.oci.image.manifest.v1+json")
    package static let dockerIndex = MediaType("application/vnd.docker.distribution.manifest.list.v2+json")
    package static let dockerManifest = MediaType("application/vnd.docker.distribution.manifest.v2+json")
    package static let empty = MediaType("application/vnd.oci.empty.v1+json")
    package static let ociImageConfig = MediaType("application/vnd.oci.image.config.v1+json")
    package static let dockerImageConfig = MediaType("application/vnd.docker.container.image.v1+json")
    package static let helmConfig = MediaType("application/vnd.cncf.helm.config.v1+json")
    package static let helmChart = MediaType("application/vnd.cncf.helm.chart.content.v1.tar+gzip")
    package static let helmProvenance = MediaType("application/vnd.cncf.helm.chart.provenance.v1.prov")
    package static let zip = MediaType("application/zip")

    /// What a document of this media type is, as far as the walk through a graph cares.
    package enum Kind: Hashable, Sendable {
        case index
        case manifest
        /// Docker's manifest schema 1, which cannot be verified by digest as it is served.
        case schema1
        case blob
    }

    package var kind: Kind {
        switch self {
        case .ociIndex, .dockerIndex: .index
        case .ociManifest, .dockerManifest: .manifest
        default:
            text.hasPrefix("application/vnd.docker.distribution.manifest.v1+") ? .schema1 : .blob
        }
    }

    /// Whether bytes of this type are an image layer, OCI's or Docker's, foreign ones included.
    ///
    /// OCI image-spec 1.1.1, layer.md; Docker image manifest v2 schema 2, "Media Types".
    package var isImageLayer: Bool { Self.imageLayers.contains(text) }

    private static let imageLayers: Set<String> = Set(
        ["layer.v1.tar", "layer.nondistributable.v1.tar"].flatMap { name in
            ["", "+gzip", "+zstd"].map { "application/vnd.oci.image." + name + $0 }
        }
            + [
                "application/vnd.docker.image.rootfs.diff.tar",
                "application/vnd.docker.image.rootfs.diff.tar.gzip",
                "application/vnd.docker.image.rootfs.diff.tar.zstd",
                "application/vnd.docker.image.rootfs.foreign.diff.tar",
                "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
            ])
}
