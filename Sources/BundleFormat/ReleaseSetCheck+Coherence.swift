import Archive
import OCI
package import ReleaseSet

extension ReleaseSetCheck {
    /// Reads the release files and judges all of them together; nothing is written anywhere.
    ///
    /// - Parameters:
    ///   - names: what the operator allows to be missing.
    ///   - leftOut: what the exporter leaves out on purpose; without it, a group of files that is absent as a whole is
    ///     taken to have been left out by whoever signed the bundle.
    package func judged(
        reading source: some ReleaseFileSource, graph: BundleGraph, allowing names: Set<String>,
        leavingOut leftOut: Set<ReleaseParts.Group>? = nil,
    ) throws -> SetJudgement {
        var parts = ReleaseParts(
            version: version, manifest: manifest,
            files: Dictionary(
                uniqueKeysWithValues: artifact.files.map {
                    ($0.name, ReleaseParts.File(digest: $0.digest, size: $0.size))
                }),
            images: images(in: graph))
        parts.extraImages = index.entries.filter { $0.kind == .extraImage }.map {
            ExtraImage(repository: $0.repository, digest: $0.digest, source: $0.sourceName)
        }
        if let chart {
            parts.chart.layer = chart.document.content.digest
            do throws(ReleaseSetError) {
                parts.chart.config = try ChartMetadata(json: chart.config, document: "chart config")
            } catch {
                parts.unreadable.append(SetFinding(error, file: "chart config"))
            }
        }
        parts.absentFrom = absentFrom
        let chartFiles = try chartFiles(from: source, &parts)
        try parts.read(from: source, chartFiles: chartFiles)
        if let leftOut { parts.leftOut = leftOut } else { parts.leaveOutAbsentGroups() }
        let coherence = Coherence(parts)
        let report = coherence.report(allowing: names)
        let assets = ReleaseAssets(of: manifest, leavingOut: parts.leftOut)
        return SetJudgement(
            report: report, coverage: Coverage(parts), closure: coherence.closure,
            absent: assets.absent(from: Set(parts.files.keys)),
            refused: (findings + report.refused).map(Finding.init))
    }

    private func images(in graph: BundleGraph) -> [String: ReleaseParts.Image] {
        let entries = index.entries.filter { $0.kind == .image }
        return Dictionary(
            entries.map { entry in
                // Attestations are carried beside the image and run nowhere.
                let children = (graph.documents[entry.digest]?.manifests ?? []).filter {
                    $0.platform?.isUnknown != true
                }
                return (
                    entry.repository.text,
                    ReleaseParts.Image(
                        digest: entry.digest, platforms: children.compactMap(\.platform),
                        manifests: Set(children.map(\.digest)))
                )
            },
            uniquingKeysWith: { first, _ in first })
    }

    /// Whether the chart's artifact is, to the byte, what an export makes of the archive where the source has no artifact.
    ///
    /// The bundle does not say so in any other way: what `helm push` makes has the time at which it was made.
    private func isBuilt(of archive: [UInt8]) -> Bool {
        guard let root = index.entries.first(where: { $0.kind == .chart }),
            let built = try? BuiltChart(archive, name: version.chartArchive)
        else { return false }
        return Digest(of: built.manifest) == root.digest
    }

    /// The files of the packed chart that say what it is; a chart that cannot be read becomes a finding.
    private func chartFiles(
        from source: some ReleaseFileSource, _ parts: inout ReleaseParts,
    ) throws -> [String: [UInt8]] {
        let name = version.chartArchive
        guard let file = artifact.file(named: name) else { return [:] }
        // Read outside of the typed block: trouble of the source is no fault of the chart.
        let isTooLarge = file.size > ChartArchive.compressedLimit
        let bytes = isTooLarge ? [] : try source.bytes(of: file.name)
        do throws(ChartArchiveError) {
            guard !isTooLarge else {
                throw .size(
                    archive: name, thing: "compressed bytes", found: file.size,
                    limit: Int64(ChartArchive.compressedLimit))
            }
            let archive = try ChartArchive(bytes, name: name)
            parts.chart.isBuilt = isBuilt(of: bytes)
            parts.chart.take(archive.templateImages, of: name)
            return archive.files
        } catch {
            parts.unreadable.append(
                SetFinding(unreadable: name, error.reason, kind: .format, in: error.description))
            return [:]
        }
    }
}

extension ReleaseParts.Chart {
    /// - Parameter archive: Name of the chart in messages.
    fileprivate mutating func take(_ images: TemplateImages, of archive: String) {
        templateImages = images.lines.map { ("\(archive): \($0.path)", $0.number, $0.text) }
        subcharts = images.subcharts.sorted()
    }
}

extension ReleaseParts {
    /// Reads the files that name images: chart, values and compose file.
    package mutating func readForClosure(from source: some ReleaseFileSource) throws {
        let name = version.chartArchive
        var chartFiles: [String: [UInt8]] = [:]
        if let (file, facts) = files.first(where: { $0.key.text == name }),
            facts.size <= ChartArchive.compressedLimit
        {
            let bytes = try source.bytes(of: file)
            if let archive = try? ChartArchive(bytes, name: name) {
                chart.take(archive.templateImages, of: name)
                chartFiles = archive.files
            }
        }
        try read(from: source, chartFiles: chartFiles)
    }
}
