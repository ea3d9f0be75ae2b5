import OCI

extension Coherence {
    /// Settings of the environment example that give an image of the release the tag of another version.
    ///
    /// Only a variable in the tag of a release image counts. Others may hold versions too, but of other products.
    var environmentFindings: [SetFinding] {
        guard let environment = parts.environment else { return [] }
        let wrong = wrongTagSettings.sorted { ($0.value.line, $0.key) < ($1.value.line, $1.key) }
        return wrong.map { name, wrong in
            SetFinding(
                .contradiction, "set.version", file: environment.document,
                item: "line \(wrong.line): \(name)", expected: "\(wrong.image):\(parts.version)",
                found: "\(wrong.image):\(wrong.tag)")
        }
    }

    struct WrongTag {
        let line: Int
        /// The first image of the compose file that gets the tag.
        let image: String
        let tag: String
    }

    /// The settings that `environmentFindings` reports, by their name.
    var wrongTagSettings: [String: WrongTag] {
        guard let settings = parts.environment?.settings, let compose = parts.compose else { return [:] }
        var wrong: [String: WrongTag] = [:]
        for text in compose.services.compactMap(\.image?.text) {
            guard let expanded = ComposeEnvironment.expand(text, with: settings) else { continue }
            let pin = ImagePin(expanded)
            // A reference without a tag, or with `latest`, is a finding of the compose file.
            guard let tag = pin.tag, tag != "latest", tag != parts.version.text,
                parts.manifest.images.contains(where: { $0.name.description == pin.name })
            else { continue }
            for name in ComposeVariables.names(inTagOf: text) where wrong[name] == nil {
                guard let setting = settings[name], !setting.value.isEmpty else { continue }
                var others = settings
                others[name] = ComposeEnvironment.Setting(
                    name: name, value: setting.value + "0", isComplete: true, line: setting.line,
                    range: setting.range)
                // A variable that stays without effect on the reference has no part in the tag.
                if ComposeEnvironment.expand(text, with: others) != expanded {
                    wrong[name] = WrongTag(line: setting.line, image: pin.shortName, tag: tag)
                }
            }
        }
        return wrong
    }
}
