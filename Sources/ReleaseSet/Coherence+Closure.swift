import OCI

extension Coherence {
    /// NATS and SurrealDB in another version than the chart names: in the compose file, or in the bundle.
    var versionsOfParts: [SetFinding] {
        let parts = closure.images.filter { $0.bundledPart != nil }
        let ofChart = Dictionary(grouping: parts.filter { $0.isNamed(in: .values) }) { $0.bundledPart ?? "" }
        return parts.flatMap { image -> [SetFinding] in
            var found: [SetFinding] = []
            if case .substitute(let extra) = image.carried {
                found.append(
                    warning("image \(extra.repository)", expected: image.reference, found: extra.source))
            }
            let expected = ofChart[image.bundledPart ?? ""] ?? []
            if !expected.isEmpty, !image.isNamed(in: .values), let place = image.places.first {
                found.append(
                    warning(
                        place.file, item: place.item,
                        expected: expected.map(\.reference).joined(separator: " or ") + ", as the chart",
                        found: image.reference))
            }
            return found
        }
    }

    private func warning(_ file: String, item: String? = nil, expected: String, found: String) -> SetFinding {
        SetFinding(.warning, "dependency.version", file: file, item: item, expected: expected, found: found)
    }

    /// The rewriting of the values for a mirror, tried here so that values that cannot be rewritten are refused before
    /// they are carried.
    var rewriteFindings: [SetFinding] {
        guard let values = parts.values, let trial = try? RegistryLocation("registry.example.com/cloudgrid")
        else { return [] }
        func mirror(pullSecret: PullSecretName?) throws(ReleaseSetError) {
            _ = try values.mirrored(
                to: trial, manifest: parts.manifest, extras: parts.extraImages, pullSecret: pullSecret,
                chart: parts.chart.values.map(\.values))
            _ = try parts.compose?.mirrored(
                to: trial, images: parts.manifest.images, extras: parts.extraImages,
                settings: parts.environment?.settings ?? [:], files: Set(parts.files.keys.map(\.text)))
        }
        do throws(ReleaseSetError) {
            try mirror(pullSecret: nil)
        } catch {
            return [rewriteFinding(.contradiction, error)]
        }
        do throws(ReleaseSetError) {
            try mirror(pullSecret: .documented)
        } catch {
            return [rewriteFinding(.warning, error)]
        }
        return []
    }

    private func rewriteFinding(_ severity: SetFinding.Severity, _ error: ReleaseSetError) -> SetFinding {
        SetFinding(
            severity, error.reason, kind: error.kind, file: ReleaseValues.name,
            expected: severity == .warning
                ? "values in which a pull secret can be named (--pull-secret)"
                : "values that can be rewritten for a mirror",
            found: error.description)
    }
}

extension Closure.Image {
    fileprivate func isNamed(in kind: Closure.Place.Kind) -> Bool { places.contains { $0.kind == kind } }
}
