import OCI
package import ReleaseSet
import StrictJSON

/// Whether the parts of a bundle are one release: the images that the manifest promises and no others, one chart,
/// one version.
///
/// THREATS.md, R-30 and R-32; the same check at export and at import.
package struct ReleaseSetCheck {
    package let manifest: ReleaseManifest
    package let version: ReleaseVersion
    package let index: BundleIndex
    package let artifact: ReleaseArtifact
    /// The chart, and its config: `Chart.yaml` as JSON.
    package let chart: (document: ChartDocument, config: [UInt8])?

    package init(
        manifest: ReleaseManifest, version: ReleaseVersion, index: BundleIndex, artifact: ReleaseArtifact,
        chart: (ChartDocument, config: [UInt8])?,
    ) {
        self.manifest = manifest
        self.version = version
        self.index = index
        self.artifact = artifact
        self.chart = chart
    }

    package var findings: [Finding] {
        imageFindings + partFindings + placeFindings + versionFindings + chartFindings
    }

    private var imageFindings: [Finding] {
        let carried = Dictionary(
            index.entries.filter { $0.kind == .image }.map { ($0.repository.text, $0) },
            uniquingKeysWith: { first, _ in first })
        var found: [Finding] = []
        for image in manifest.images {
            guard let entry = carried[image.shortName] else {
                found.append(
                    policy(
                        "set.missing",
                        "image \(image.shortName): is in the release manifest, not in the bundle"))
                continue
            }
            if entry.digest != image.digest {
                let twin = manifest.images.first { $0.digest == entry.digest }
                found.append(
                    policy(
                        "set.digest",
                        "image \(image.shortName): the release manifest says \(image.digest), the bundle has "
                            + "\(entry.digest)" + (twin.map { ", which is \($0.shortName)'s" } ?? "")))
            }
        }
        let promised = Set(manifest.images.map(\.shortName))
        for entry in index.entries where entry.kind == .image && !promised.contains(entry.repository.text) {
            found.append(
                policy(
                    "set.extra", "image \(entry.repository) (\(entry.digest)): is not in the release manifest"
                ))
        }
        return found
    }

    private var partFindings: [Finding] {
        var found: [Finding] = []
        let parts: [(IndexEntry.Kind, String)] = [
            (.chart, IndexEntry.chartRepository), (.release, IndexEntry.releaseRepository),
        ]
        for (kind, repository) in parts {
            let entries = index.entries.filter { $0.kind == kind }
            if !entries.contains(where: { $0.repository.text == repository }) {
                found.append(policy("set.missing", "\(kind.rawValue): no \(repository) in the bundle"))
            }
            for entry in entries where entry.repository.text != repository {
                found.append(
                    policy("set.extra", "\(kind.rawValue) \(entry.repository): expected only \(repository)"))
            }
        }
        return found
    }

    /// Signatures and referrers lie beside something that the bundle carries, never anywhere else in a target.
    private var placeFindings: [Finding] {
        let places = Set(
            index.entries.filter { $0.kind != .signature && $0.kind != .referrer }.map(\.repository))
        return index.entries.filter { !places.contains($0.repository) }.map {
            policy(
                "set.extra",
                "\($0.kind.rawValue) \($0.refName): the bundle has nothing in repository \($0.repository)")
        }
    }

    private var versionFindings: [Finding] {
        var found: [Finding] = []
        func compare(_ thing: String, _ value: String, to expected: String) {
            guard value != expected else { return }
            found.append(policy("set.version", "\(thing): expected \(expected), found \(value)"))
        }
        compare("release-manifest.json version", manifest.version.text, to: version.text)
        compare("release artifact version", artifact.version.text, to: version.text)
        if let chart {
            compare("chart version", Self.version(inChart: chart.config), to: version.chartVersion)
        }
        return found
    }

    /// The registry finds the chart by a tag, so what it holds must be the chart that came with the release files.
    private var chartFindings: [Finding] {
        guard let chart else { return [] }
        let name = "cloudgrid-\(version.chartVersion).tgz"
        guard let file = artifact.file(named: name) else {
            return [
                policy(
                    "set.missing",
                    "\(name): is not among the release files, and nothing else says which chart is meant")
            ]
        }
        guard file.digest != chart.document.content.digest else { return [] }
        return [
            Finding(
                .content, "chart.digest", at: .releaseSet,
                "\(name): is \(file.digest), the chart in the registry holds \(chart.document.content.digest)"
            )
        ]
    }

    private static func version(inChart config: [UInt8]) -> String {
        do {
            let root = try StrictJSON.parseObject(
                config, name: "chart config", limits: JSONLimits(bytes: 8 << 20))
            return try root.member("version").string()
        } catch {
            return "none (\(error))"
        }
    }

    private func policy(_ reason: String, _ message: String) -> Finding {
        Finding(.policy, reason, at: .releaseSet, message)
    }
}
