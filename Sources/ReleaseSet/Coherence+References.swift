import OCI

/// Where an image reference stands, and how much is asked of it there.
private struct ReferencePlace {
    enum Kind {
        /// Everything must come out of the set.
        case releaseValues
        /// A reference without tag and digest means `latest`.
        case compose
        /// Defaults, which the release's values override.
        case chartValues
    }

    let kind: Kind
    let file: String
    let item: String
}

extension Coherence {
    /// `release-values.yaml`: each reference is an image of the set, by digest (THREATS R-33).
    var valuesFindings: [SetFinding] {
        guard let values = parts.values else { return [] }
        var found: [SetFinding] = []
        var pinned: Set<String> = []
        for use in values.imageUses() {
            let place = ReferencePlace(
                kind: .releaseValues, file: ReleaseValues.name, item: "line \(use.line): \(use.key)")
            let pin = ImagePin(reference(of: use, in: values))
            if case .release(let image) = parts.image(for: pin) { pinned.insert(image.shortName) }
            found += findings(about: pin, tag: use.tag, at: place)
        }
        for image in parts.manifest.images where !pinned.contains(image.shortName) {
            let isKnown = ReleaseService.all.contains { $0.image == image.shortName }
            let reason = isKnown || chartHasPlace(for: image) ? "values.missing" : "values.unplaced"
            found.append(
                SetFinding(
                    .warning, reason, file: ReleaseValues.name, item: "image \(image.shortName)",
                    expected: "its digest \(image.digest)",
                    found: reason == "values.missing"
                        ? "no entry; the mirrored values get one"
                        : "no entry, and the chart's values have no block with this repository; the image is carried, "
                            + "and no values name it"))
        }
        return found
    }

    /// True if the chart's own values have a block in which the image's digest can be set.
    private func chartHasPlace(for image: ReleaseImage) -> Bool {
        parts.chart.values.contains { _, values in
            values.imageUses().contains { use in
                use.isMapping && use.isAddressable
                    && [image.shortName, image.name.description].contains(use.repository)
            }
        }
    }

    /// References of the compose file's services, with the example's settings and with the defaults that count where the
    /// operator leaves a setting out.
    var composeFindings: [SetFinding] {
        guard let compose = parts.compose else { return [] }
        // A setting with a wrong tag is one finding of the environment example, not one for each image.
        let wrong = wrongTagSettings.keys
        let example = (parts.environment?.settings ?? [:]).filter { !wrong.contains($0.key) }
        var found: [SetFinding] = []
        for service in compose.services {
            guard let image = service.image else { continue }
            let place = ReferencePlace(
                kind: .compose, file: compose.document,
                item: "line \(image.line): services.\(service.name).image")
            var texts: Set<String> = []
            if let text = ComposeEnvironment.expand(image.text, with: example) {
                texts.insert(text)
            } else if ComposeVariables.names(inTagOf: image.text).isDisjoint(with: wrong) {
                found.append(unresolved(image.text, of: service, at: place))
            }
            if let text = ComposeEnvironment.expand(image.text, with: [:]) { texts.insert(text) }
            for text in texts.sorted() { found += findings(about: ImagePin(text), tag: nil, at: place) }
        }
        let files = Set(parts.files.keys.map(\.text))
        for mount in compose.services.flatMap({ $0.missingMounts(with: example, files: files) })
        where !mount.isNATSConfiguration {
            found.append(
                SetFinding(
                    .warning, "compose.mount", file: compose.document,
                    item: "line \(mount.line): services.\(mount.service).volumes",
                    expected: "a file of the release", found: "\(mount.source), which is none"))
        }
        for file in compose.otherFiles {
            found.append(
                SetFinding(
                    .warning, "values.external", file: compose.document, item: "line \(file.line)",
                    expected: "all services in this file",
                    found: "\(file.text), whose images are not checked"))
        }
        return found
    }

    /// A reference with a variable that has no value. It is refused where it may name a release image, because nothing
    /// shows which one runs.
    private func unresolved(
        _ text: String, of service: ComposeFile.Service, at place: ReferencePlace,
    ) -> SetFinding {
        let names = Set(parts.manifest.images.map(\.shortName))
        let settings = parts.environment?.settings ?? [:]
        let words = [text, ComposeVariables.replaced(in: text, with: settings)?.text ?? ""]
            .flatMap { $0.utf8.split { !FileName.isAlphanumeric($0) && $0 != UInt8(ascii: "-") } }
        let isRelease =
            words.contains { names.contains(String(decoding: $0, as: UTF8.self)) }
            || names.contains(service.name)
            || names.contains("cloudgrid-" + service.name)
        return SetFinding(
            isRelease ? .contradiction : .warning, isRelease ? "values.unresolved" : "values.external",
            file: place.file, item: place.item,
            expected: "a reference whose variables have values or defaults",
            found: text)
    }

    /// The chart's own values and its profiles.
    var chartValuesFindings: [SetFinding] {
        parts.chart.values.flatMap { file, values in
            values.imageUses().flatMap { use in
                let place = ReferencePlace(
                    kind: .chartValues, file: file, item: "line \(use.line): \(use.key)")
                guard use.text != nil || use.repository != nil else { return [SetFinding]() }
                return findings(about: ImagePin(reference(of: use, in: values)), tag: use.tag, at: place)
            }
        }
    }

    /// Images that templates name literally; templates are not rendered.
    var templateFindings: [SetFinding] {
        parts.chart.templateImages.flatMap { file, line, text in
            let pin = ImagePin(text)
            guard pin.isReference else { return [SetFinding]() }
            return findings(
                about: pin, tag: nil,
                at: ReferencePlace(kind: .compose, file: file, item: "line \(line): image"))
        }
    }

    /// The reference that the chart composes; a values file without a registry takes the chart's.
    private func reference(of use: ImageUse, in values: ReleaseValues) -> String {
        let text = values.reference(of: use)
        guard use.text == nil, values.registry == nil, let repository = use.repository,
            !repository.utf8.contains(UInt8(ascii: "/")),
            let registry = parts.chart.values.lazy.compactMap(\.values.registry).first
                ?? parts.manifest.registryPrefix?.description
        else { return text }
        return registry + "/" + text
    }

    /// - Parameter tag: the tag beside a digest, which `pin` does not show.
    private func findings(about pin: ImagePin, tag: String?, at place: ReferencePlace) -> [SetFinding] {
        switch parts.image(for: pin) {
        case .release(let image):
            let tag = (pin.tag ?? tag).flatMap { $0.isEmpty ? nil : $0 }
            return tagFindings(image, tag: tag, hasDigest: pin.digest != nil, at: place)
                + digestFindings(image, pin, at: place)
        case .extra, .substitute:
            guard pin.digest == nil else { return [] }
            return [
                SetFinding(
                    .warning, "values.tag", file: place.file, item: place.item, expected: "a digest",
                    found: pin.text)
            ]
        case nil:
            return outsideFindings(pin, at: place)
        }
    }

    private func tagFindings(
        _ image: ReleaseImage, tag: String?, hasDigest: Bool, at place: ReferencePlace,
    ) -> [SetFinding] {
        let name = image.shortName
        let expected = "\(name) by its digest \(image.digest)"
        func finding(_ severity: SetFinding.Severity, _ reason: String, _ found: String) -> SetFinding {
            SetFinding(severity, reason, file: place.file, item: place.item, expected: expected, found: found)
        }
        guard let tag else {
            guard !hasDigest else { return [] }
            switch place.kind {
            case .releaseValues: return [finding(.contradiction, "values.tag", "\(name) without a digest")]
            case .compose: return [finding(.contradiction, "values.latest", "\(name), which means latest")]
            case .chartValues: return []
            }
        }
        if tag == "latest" { return [finding(.contradiction, "values.latest", "\(name):latest")] }
        if tag != parts.version.text {
            return [
                SetFinding(
                    .contradiction, "set.version", file: place.file, item: place.item,
                    expected: "\(name):\(parts.version)", found: "\(name):\(tag)")
            ]
        }
        guard !hasDigest else { return [] }
        let severity = place.kind == .releaseValues ? SetFinding.Severity.contradiction : .warning
        return [finding(severity, "values.tag", "\(image.name):\(tag), by tag only")]
    }

    private func digestFindings(
        _ image: ReleaseImage, _ pin: ImagePin, at place: ReferencePlace,
    ) -> [SetFinding] {
        guard let digest = pin.digest, digest != image.digest.description else { return [] }
        let found = (try? Digest(digest)).map(named) ?? digest
        return [
            SetFinding(
                .contradiction, "set.digest", file: place.file, item: place.item,
                expected: "\(image.digest) for \(image.shortName)", found: found)
        ]
    }

    private func outsideFindings(_ pin: ImagePin, at place: ReferencePlace) -> [SetFinding] {
        guard place.kind != .releaseValues else { return [outside(pin, at: place, pin.text)] }
        let isLatest = pin.tag == "latest" || pin.tag == nil && pin.digest == nil && place.kind == .compose
        guard isLatest else { return [outside(pin, at: place, pin.text)] }
        return [
            SetFinding(
                .missing, "values.latest", file: place.file, item: place.item,
                expected: "an image by digest, or at least by a version", found: pin.text, allowName: pin.text
            )
        ]
    }

    private func outside(_ pin: ImagePin, at place: ReferencePlace, _ found: String) -> SetFinding {
        let isRefused = place.kind == .releaseValues
        return SetFinding(
            isRefused ? .missing : .warning, "values.external", file: place.file, item: place.item,
            expected: "an image of the set", found: found, allowName: isRefused ? pin.text : nil)
    }
}
