import OCI
package import ReleaseSet

/// Whether the parts of a bundle are one release, and lie where they belong; the same check at export and at import.
///
/// What the files of the release say of each other is judged by `Coherence`; here, what only the bundle's index knows.
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
        partFindings + placeFindings + versionFindings + chartFindings
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
        guard artifact.version != version else { return [] }
        return [
            policy("set.version", "release artifact version: expected \(version), found \(artifact.version)")
        ]
    }

    /// The registry finds the chart by a tag, so what it holds must be the chart that came with the release files.
    private var chartFindings: [Finding] {
        guard chart != nil else { return [] }
        let name = version.chartArchive
        guard artifact.file(named: name) == nil else { return [] }
        return [
            policy(
                "set.missing",
                "\(name): is not among the release files, and nothing else says which chart is meant")
        ]
    }

    private func policy(_ reason: String, _ message: String) -> Finding {
        Finding(.policy, reason, at: .releaseSet, message)
    }
}
