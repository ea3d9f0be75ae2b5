package import OCI

extension ReleaseValues {
    /// The same text for a mirror: only registry location, digests and, where one is named, the pull secret change.
    ///
    /// Every image of the manifest is pinned to the manifest's digest afterwards; services that the values
    /// leave out are added, and an extra image is pinned where the chart runs a NATS or a SurrealDB of its own. Other
    /// images are pinned where these values or the chart's have a block with their repository.
    /// Comments, order, quoting, anchors and line breaks stay. It refuses to change a
    /// node that an alias or a merge also uses for something else; nodes below a top-level key that starts
    /// with `x-` have no meaning of their own, so to be anchored there is no such use.
    package func mirrored(
        to location: RegistryLocation, manifest: ReleaseManifest, extras: [ExtraImage] = [],
        pullSecret: PullSecretName? = nil, chart: [ReleaseValues] = [],
    ) throws(ReleaseSetError) -> MirroredValues {
        var mirror = try ValuesMirror(of: self, at: location, chart: chart)
        if let pullSecret { try mirror.name(pullSecret) }
        for image in manifest.images { try mirror.pin(image) }
        try mirror.pin(extras)
        return try mirror.finished()
    }
}

/// The changes to the values, collected image by image.
private struct ValuesMirror {
    private let values: ReleaseValues
    private let location: RegistryLocation
    private let uses: [ImageUse]
    private let chartUses: [ImageUse]
    private var edit: YAMLEdit
    private var placed: Set<[String]> = []
    private var unplaced: [String] = []

    init(
        of values: ReleaseValues, at location: RegistryLocation, chart: [ReleaseValues],
    ) throws(ReleaseSetError) {
        self.values = values
        self.location = location
        uses = values.imageUses()
        chartUses = chart.flatMap { $0.imageUses() }
        edit = YAMLEdit(of: values.document)
        try edit.set(ReleaseValues.registryPath, to: location.description)
    }

    mutating func name(_ secret: PullSecretName) throws(ReleaseSetError) {
        try edit.append("name", secret.text, to: ["global", "imagePullSecrets"])
    }

    /// Pins an image of the release, by its short name where the chart puts the location before it.
    mutating func pin(_ image: ReleaseImage) throws(ReleaseSetError) {
        let target = try location.name(of: image)
        let paths = try places(of: image, target: target)
        if paths.isEmpty { unplaced.append("\(image.name)@\(image.digest)") }
        for path in paths {
            let old = values.document.value(at: path + ["repository"])
                .flatMap { values.document.text(of: $0) }
            if let old {
                if old.utf8.contains(UInt8(ascii: "/")) { try edit.set(path + ["repository"], to: target) }
            } else {
                try edit.set(path + ["repository"], to: image.shortName)
            }
            try edit.set(path + ["digest"], to: image.digest.description)
        }
        placed.formUnion(paths)
    }

    mutating func pin(_ images: [ExtraImage]) throws(ReleaseSetError) {
        let named = Set((uses + chartUses).compactMap(\.source))
        let chosen = ExtraImage.byPart(images, named: named).values
        for image in images {
            let isOneOfSeveral = images.contains { $0 != image && $0.sourceName == image.sourceName }
            try pin(image, tag: isOneOfSeveral ? image.tag : nil, isForPart: chosen.contains(image))
        }
    }

    /// Pins an extra image by its full name, which every chart uses as it is; a tag is never written.
    ///
    /// - Parameters:
    ///   - tag: The version that the values must name, if the bundle has several versions of the image.
    ///   - isForPart: Whether it is the one image for the part of the chart that its name tells.
    private mutating func pin(
        _ image: ExtraImage, tag: String?, isForPart: Bool,
    ) throws(ReleaseSetError) {
        let target = try location.name(of: image.repository)
        var paths = places(named: [image.sourceName, target], tag: tag)
        if let part = image.bundledPart {
            let path = [part, "bundled", "image"]
            paths.removeAll { $0 == path }
            if isForPart { paths.append(path) }
        }
        paths.removeAll(where: placed.contains)
        if paths.isEmpty { unplaced.append("\(image.sourceName)@\(image.digest)") }
        for path in paths {
            try edit.set(path + ["repository"], to: target)
            try edit.set(path + ["digest"], to: image.digest.description)
        }
        placed.formUnion(paths)
    }

    func finished() throws(ReleaseSetError) -> MirroredValues {
        let (bytes, changes) = try edit.applied()
        return MirroredValues(
            bytes: bytes, changes: changes,
            tags: uses.compactMap { use in
                use.tag.map {
                    MirroredValues.TagNote(key: use.key + ".tag", tag: $0, line: use.line)
                }
            },
            unplaced: unplaced,
            foreign: uses.filter { !placed.contains($0.path) }.map { values.reference(of: $0) })
    }

    /// Where the values speak, or are to speak, of an image.
    private func places(of image: ReleaseImage, target: String) throws(ReleaseSetError) -> [[String]] {
        var paths: [[String]] = []
        if let service = ReleaseService.all.first(where: { $0.image == image.shortName }) {
            let path = [service.valuesKey, "image"]
            if let use = uses.first(where: { $0.path == path }) {
                try require(use, toName: image.shortName)
            }
            paths.append(path)
        }
        let named = places(named: [image.shortName, image.name.description, target])
        return paths + named.filter { !paths.contains($0) }
    }

    /// Places where the values, or those of the chart, name one of these repositories.
    ///
    /// A place that cannot be addressed by keys or takes no digest is reported as foreign.
    private func places(named names: [String], tag: String? = nil) -> [[String]] {
        var paths: [[String]] = []
        for use in uses + chartUses where use.isMapping && use.isAddressable && !paths.contains(use.path) {
            guard let repository = use.repository,
                names.contains(repository) || names.contains(ImagePin(repository).name),
                tag == nil || use.tag == tag, !uses.contains(where: { $0.path == use.path && $0.text != nil })
            else { continue }
            paths.append(use.path)
        }
        return paths
    }

    private func require(
        _ use: ImageUse, toName image: String,
    ) throws(ReleaseSetError) {
        guard use.text == nil else {
            throw .valuesShape(key: use.key, line: use.line, expected: "a mapping with repository and digest")
        }
        guard let repository = use.repository else { return }
        let last = repository.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).last
        guard let last, last.elementsEqual(image.utf8) else {
            throw .valuesRepository(
                key: use.key + ".repository", line: use.line, expected: image, found: repository)
        }
    }
}
