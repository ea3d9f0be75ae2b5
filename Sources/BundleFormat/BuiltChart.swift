import Archive
import OCI
import ReleaseSet
import StrictJSON

/// The OCI artifact of a packed chart, as `helm push` makes it, but without the time at which it was made.
///
/// Helm 3, "Use OCI-based registries": `Chart.yaml` as JSON is the config, the archive is the one layer.
package struct BuiltChart: Sendable {
    package let config: [UInt8]
    package let manifest: [UInt8]
    package let document: ChartDocument

    /// - Parameter archive: the bytes of the `.tgz`.
    package init(_ archive: [UInt8], name: String) throws(Finding) {
        let content = Descriptor(of: archive, mediaType: .helmChart)
        let chart = try Self.chart(in: archive, name: name)
        config = GoJSON.bytes(of: chart.json)
        let annotations = chart.artifactAnnotations.sorted {
            $0.key.utf8.lexicographicallyPrecedes($1.key.utf8)
        }
        manifest = GoJSON.bytes(
            of: .object(
                JSONObject([
                    ("schemaVersion", 2),
                    ("config", Descriptor(of: config, mediaType: .helmConfig).json),
                    ("layers", .array([content.json])),
                    ("annotations", .object(JSONObject(annotations.map { ($0.key, .string($0.value)) }))),
                ])))
        do {
            document = try ChartDocument(
                try ManifestDocument(manifest, name: "chart \(name)", mediaType: .ociManifest))
        } catch let error as OCIError {
            throw Finding(error)
        } catch let finding as Finding {
            throw finding
        } catch {
            throw Finding(.internal, "internal", at: .releaseSet, "\(name): \(error)")
        }
    }

    private static func chart(in archive: [UInt8], name: String) throws(Finding) -> ChartConfig {
        let files: [String: [UInt8]]
        do {
            files = try ChartArchive(archive, name: name) { $0 == "Chart.yaml" }.files
        } catch {
            let isOurs = error == .outOfMemory
            throw Finding(isOurs ? .internal : .format, error.reason, at: .releaseSet, error.description)
        }
        guard let yaml = files["Chart.yaml"] else {
            throw Finding(.format, "chart.syntax", at: .releaseSet, "\(name): holds no Chart.yaml")
        }
        do {
            return try ChartConfig(yaml)
        } catch {
            throw Finding(ReleaseSetError.yaml(document: "\(name): Chart.yaml", error))
        }
    }
}
