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
    /// What a source was asked for in vain, by repository, and where.
    package let absentFrom: [String: String]

    package init(
        manifest: ReleaseManifest, version: ReleaseVersion, index: BundleIndex, artifact: ReleaseArtifact,
        chart: (ChartDocument, config: [UInt8])?, absentFrom: [String: String] = [:],
    ) {
        self.manifest = manifest
        self.version = version
        self.index = index
        self.artifact = artifact
        self.chart = chart
        self.absentFrom = absentFrom
    }

    /// What is wrong with the places of the bundle.
    package var findings: [SetFinding] {
        partFindings + placeFindings + versionFindings + chartFindings
    }

    private var partFindings: [SetFinding] {
        let parts: [(IndexEntry.Kind, String)] = [
            (.chart, IndexEntry.chartRepository), (.release, IndexEntry.releaseRepository),
        ]
        return parts.flatMap { kind, repository in
            let entries = index.entries.filter { $0.kind == kind }
            let isThere = entries.contains { $0.repository.text == repository }
            let absent = SetFinding(
                .contradiction, "set.missing", file: kind.rawValue, expected: "\(repository) in the bundle",
                found: absentFrom[repository].map { "none in \($0)" } ?? "none")
            return (isThere ? [] : [absent])
                + entries.filter { $0.repository.text != repository }.map { entry in
                    SetFinding(
                        .contradiction, "set.extra", file: "\(kind.rawValue) \(entry.repository)",
                        expected: "only \(repository)", found: "\(entry.digest)")
                }
        }
    }

    /// Signatures and referrers lie beside something that the bundle carries, never anywhere else in a target.
    private var placeFindings: [SetFinding] {
        let places = Set(
            index.entries.filter { $0.kind != .signature && $0.kind != .referrer }.map(\.repository))
        return index.entries.filter { !places.contains($0.repository) }.map {
            SetFinding(
                .contradiction, "set.extra", file: "\($0.kind.rawValue) \($0.refName)",
                expected: "beside something that the bundle carries",
                found: "nothing else in repository \($0.repository)")
        }
    }

    private var versionFindings: [SetFinding] {
        guard artifact.version != version else { return [] }
        return [
            SetFinding(
                .contradiction, "set.version", file: "release artifact", item: "version",
                expected: version.text, found: artifact.version.text)
        ]
    }

    /// The registry finds the chart by a tag, so what it holds must be the chart that came with the release files.
    private var chartFindings: [SetFinding] {
        let name = version.chartArchive
        guard chart != nil, artifact.file(named: name) == nil else { return [] }
        return [
            SetFinding(
                .contradiction, "set.missing", file: name,
                expected: "the chart among the release files, since nothing else says which chart is meant",
                found: "no such file")
        ]
    }
}
