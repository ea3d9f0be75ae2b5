package import OCI

extension ReleaseValues {
    /// The same text for a mirror: only registry location and digests change.
    ///
    /// Every image of the manifest is pinned to the manifest's digest afterwards; services that the values
    /// leave out are added. Comments, order, quoting, anchors and line breaks stay. It refuses to change a
    /// node that an alias or a merge also uses for something else; nodes below a top-level key that starts
    /// with `x-` have no meaning of their own, so to be anchored there is no such use.
    package func mirrored(
        to location: RegistryLocation, manifest: ReleaseManifest
    ) throws(ReleaseSetError) -> MirroredValues {
        let uses = imageUses()
        var edit = YAMLEdit(of: document)
        try edit.set(Self.registryPath, to: location.description)
        var placed: Set<[String]> = []
        var unplaced: [String] = []
        for image in manifest.images {
            let target = try Self.target(of: image, at: location)
            let paths = try places(of: image, target: target, in: uses)
            if paths.isEmpty { unplaced.append("\(image.name)@\(image.digest)") }
            for path in paths {
                let old = document.value(at: path + ["repository"]).flatMap { document.text(of: $0) }
                if let old {
                    if old.utf8.contains(UInt8(ascii: "/")) {
                        try edit.set(path + ["repository"], to: target)
                    }
                } else {
                    try edit.set(path + ["repository"], to: image.shortName)
                }
                try edit.set(path + ["digest"], to: image.digest.description)
            }
            placed.formUnion(paths)
        }
        let (bytes, changes) = try edit.applied()
        return MirroredValues(
            bytes: bytes, changes: changes,
            tags: uses.compactMap { use in
                use.tag.map {
                    MirroredValues.TagNote(key: use.key + ".tag", tag: $0, line: use.line)
                }
            },
            unplaced: unplaced, foreign: uses.filter { !placed.contains($0.path) }.map { reference(of: $0) })
    }

    private static func target(
        of image: ReleaseImage, at location: RegistryLocation
    ) throws(ReleaseSetError) -> String {
        do {
            return "\(location.host)/\(try location.repository(RepositoryName(image.shortName)))"
        } catch {
            throw .targetName(error)
        }
    }

    /// Where the values speak, or are to speak, of an image.
    private func places(
        of image: ReleaseImage, target: String, in uses: [ImageUse]
    ) throws(ReleaseSetError) -> [[String]] {
        let names = [image.shortName, image.name.description, target]
        var paths: [[String]] = []
        if let service = ReleaseService.all.first(where: { $0.image == image.shortName }) {
            let path = [service.valuesKey, "image"]
            if let use = uses.first(where: { $0.path == path }) {
                try require(use, toName: image.shortName)
            }
            paths.append(path)
        }
        for use in uses where !paths.contains(use.path) {
            // An item of a sequence cannot be addressed by keys; it is reported as foreign.
            guard let repository = use.repository, names.contains(repository),
                !use.path.contains(where: { $0.utf8.first == UInt8(ascii: "[") })
            else { continue }
            paths.append(use.path)
        }
        return paths
    }

    private func require(_ use: ImageUse, toName image: String) throws(ReleaseSetError) {
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
