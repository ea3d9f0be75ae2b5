import OCI

extension Coherence {
    /// One version everywhere (THREATS R-32): manifest, tags, compose environment and the names of files.
    var versionFindings: [SetFinding] {
        let manifest = parts.manifest
        var found = differences(
            ReleaseManifest.name, "version", manifest.version.text, from: parts.version.text)
        for image in manifest.images {
            if let tag = image.versionTag?.text {
                found += differences(
                    ReleaseManifest.name, "versionTag of \(image.shortName)", tag, from: parts.version.text)
            }
            if let tag = image.commitTag?.text {
                let expected = "sha-" + manifest.commit.prefix(12)
                found += differences(
                    ReleaseManifest.name, "commitTag of \(image.shortName)", tag, from: expected)
            }
        }
        return found + environmentFindings + nameFindings
    }

    func differences(_ file: String, _ item: String, _ text: String, from expected: String) -> [SetFinding] {
        guard !text.utf8.elementsEqual(expected.utf8) else { return [] }
        return [
            SetFinding(
                .contradiction, "set.version", file: file, item: item, expected: expected, found: text)
        ]
    }

    /// Zips are `<service>_<version>_<os>_<arch>.zip`, the chart is `cloudgrid-<version>.tgz`.
    private var nameFindings: [SetFinding] {
        var found: [SetFinding] = []
        for name in parts.files.keys.sorted() {
            if name.text.hasSuffix(".zip") {
                let words = name.text.dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
                guard words.count == 4 || words.count == 5 && words[4] == "v8" else { continue }
                found += differences(
                    name.text, "version in the name", String(words[1]), from: parts.version.text)
            } else if name.text.hasSuffix(".tgz"), name.text.hasPrefix("cloudgrid-") {
                found += differences(
                    name.text, "chart version in the name", String(name.text.dropFirst(10).dropLast(4)),
                    from: parts.version.chartVersion)
            }
        }
        return found
    }

    /// The chart, as its archive and as its registry entry describe it.
    var chartFindings: [SetFinding] {
        var found: [SetFinding] = []
        let archive = parts.version.chartArchive
        let descriptions = [(archive, parts.chart.archived), ("chart config", parts.chart.config)]
        for case (let file, let metadata?) in descriptions {
            found += differences(
                file, "chart version", metadata.version ?? "none", from: parts.version.chartVersion)
            if let name = metadata.name, name != "cloudgrid" {
                found.append(
                    SetFinding(
                        .contradiction, "chart.shape", kind: .format, file: file, item: "name",
                        expected: "cloudgrid", found: name))
            }
            let known = [parts.version.text, parts.version.chartVersion]
            if let appVersion = metadata.appVersion, !known.contains(appVersion) {
                found.append(
                    SetFinding(
                        .warning, "set.version", file: file, item: "appVersion", expected: parts.version.text,
                        found: appVersion))
            }
        }
        if let layer = parts.chart.layer, let file = parts.files.first(where: { $0.key.text == archive }),
            file.value.digest != layer
        {
            found.append(
                SetFinding(
                    .contradiction, "chart.digest", kind: .content, file: archive,
                    expected: "\(layer), the layer of the chart in the registry",
                    found: "\(file.value.digest)"))
        }
        return found
    }
}

extension ReleaseVersion {
    /// The name of the chart as a file of the release.
    package var chartArchive: String { "cloudgrid-\(chartVersion).tgz" }
}
