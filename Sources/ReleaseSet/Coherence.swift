import OCI

/// Whether the parts of a release belong together.
///
/// A contradiction between two parts is always refused; what is promised and missing is refused unless the operator
/// names it; the vendor's known irregularities are warnings. Pure: all it knows is in `ReleaseParts`, so that the
/// exporter and the importer ask the same and get the same answer.
package struct Coherence: Sendable {
    package let parts: ReleaseParts
    /// Every image that values and compose can name.
    package let closure: Closure

    package init(_ parts: ReleaseParts) {
        self.parts = parts
        closure = Closure(of: parts)
    }

    /// Everything that was found, in the order in which it is told.
    package var findings: [SetFinding] {
        parts.unreadable + imageFindings + platformFindings + versionFindings + chartFindings
            + fileFindings + checksumFindings + documentFindings + valuesFindings + composeFindings
            + chartValuesFindings + templateFindings + versionsOfParts + rewriteFindings + irregularities
    }

    package func report(allowing names: Set<String> = []) -> CoherenceReport {
        CoherenceReport(findings, allowing: names)
    }

    /// What the vendor's workflow is known to do, and what only people can judge.
    private var irregularities: [SetFinding] {
        var found: [SetFinding] = []
        for document in parts.manifest.skippedDocuments {
            found.append(
                SetFinding(
                    .warning, "release.skipped", file: ReleaseManifest.name, item: document.pointer,
                    expected: "an image",
                    found:
                        "the SPDX document \(document.name.map { "of \($0)" } ?? "without a name"), skipped"))
        }
        for pointer in parts.manifest.unknownMembers {
            found.append(
                SetFinding(
                    .warning, "release.unknown", file: ReleaseManifest.name, item: pointer,
                    expected: "a known member", found: "another, carried as it is"))
        }
        if parts.chart.isBuilt {
            found.append(
                SetFinding(
                    .warning, "chart.built", file: parts.version.chartArchive,
                    expected: "a chart in the registry, as the vendor pushed it",
                    found: "none; its OCI artifact was made of this file"))
        }
        for group in ReleaseParts.Group.allCases where parts.leftOut.contains(group) {
            found.append(
                SetFinding(
                    .warning, "set.leftout", file: "\(group.rawValue) files",
                    expected: "those of the release",
                    found: "none, left out by whoever made the bundle"))
        }
        return found
    }
}
