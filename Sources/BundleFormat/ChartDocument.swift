import Archive
package import OCI

/// The chart as an OCI artifact: `Chart.yaml` as its config, the packed chart as its content, perhaps a provenance file.
///
/// Helm 3, "Use OCI-based registries": the media types of config, content and provenance.
package struct ChartDocument: Hashable, Sendable {
    package static let maximumConfigSize = 8 << 20
    package static let maximumContentSize = Int64(ChartArchive.compressedLimit)

    package let config: Descriptor
    package let content: Descriptor

    package init(_ document: ManifestDocument) throws(Finding) {
        let contents = document.layers.filter { $0.mediaType == .helmChart }
        let others = document.layers.filter { $0.mediaType != .helmChart && $0.mediaType != .helmProvenance }
        guard let config = document.config, config.mediaType == .helmConfig, contents.count == 1,
            others.isEmpty,
            let content = contents.first
        else {
            throw Finding(
                .format, "chart.shape", at: .releaseSet,
                "chart: is not a Helm chart with a config and one content layer")
        }
        guard config.size <= Self.maximumConfigSize else {
            throw Finding(
                .format, "json.size", at: .releaseSet,
                "chart: config has \(config.size) bytes, at most \(Self.maximumConfigSize) are allowed")
        }
        self.config = config
        self.content = content
    }
}
