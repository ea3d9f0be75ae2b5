import Archive
import OCI
package import ReleaseSet

/// The packed chart of a bundle: the content of the chart's OCI artifact, with the files in it that an installation reads.
package struct PackedChart: Hashable, Sendable {
    /// The archive, under the name that the vendor gives it.
    package let archive: ReleaseFile
    /// `values.yaml` and what lies in `profiles`, by path below the chart's folder.
    package let files: [String: [UInt8]]

    /// The values and the profiles, in the order of their paths.
    package var values: [ReleaseValues] {
        get throws(ReleaseSetError) {
            let yaml = files.filter { $0.key.hasSuffix(".yaml") || $0.key.hasSuffix(".yml") }
            return try yaml.sorted { $0.key < $1.key }.map { path, bytes throws(ReleaseSetError) in
                try ReleaseValues(bytes, document: path)
            }
        }
    }
}

extension VerifiedBundle {
    /// The chart, read in memory through the limits of THREATS.md, R-27; nothing where the bundle has no chart.
    package func chart() throws(Finding) -> PackedChart? {
        guard let entry = index.entries.first(where: { $0.kind == .chart }),
            let document = graph.documents[entry.digest]
        else { return nil }
        let content = try ChartDocument(document).content
        guard content.size <= Int64(ChartArchive.compressedLimit) else {
            throw Finding(
                .format, "chart.size", at: .releaseSet,
                "chart: \(content.digest) has \(content.size) bytes, at most \(ChartArchive.compressedLimit) are allowed"
            )
        }
        let bytes = try bytes(of: content.digest, limit: ChartArchive.compressedLimit)
        do {
            let name = try FileName("cloudgrid-\(statement.version.chartVersion).tgz")
            let chart = try ChartArchive(bytes, name: name.text) { path in
                path == "values.yaml" || path.hasPrefix("profiles/")
            }
            return PackedChart(
                archive: ReleaseFile(name: name, digest: content.digest, size: content.size),
                files: chart.files)
        } catch let error as ChartArchiveError {
            let isOurs = error == .outOfMemory
            throw Finding(isOurs ? .internal : .format, error.reason, at: .releaseSet, error.description)
        } catch let error as ReleaseSetError {
            throw Finding(error)
        } catch {
            throw Finding(.internal, "internal", at: .releaseSet, "chart: \(error)")
        }
    }
}
