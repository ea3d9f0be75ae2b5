package import OCI

/// The values that helm reads last, so that no profile and no values of the operator move an image off the mirror.
///
/// They set the mirror's location, and for every image of the bundle its full repository name and digest, with the tag
/// cleared, in each place where the release's values, the chart or a profile name it. A full name holds a `/`, so the
/// chart uses it whatever `global.imageRegistry` is. Where a pull secret is given, they name it.
package struct LastValues: Sendable {
    package static let name = "last-values.yaml"
    static let pullSecretsPath = ["global", "imagePullSecrets"]

    package let bytes: [UInt8]

    /// - Parameter documents: Values of the release, of the chart and of its profiles, in which images are looked for.
    package init(
        for manifest: ReleaseManifest, extras: [ExtraImage], at location: RegistryLocation,
        pullSecret: PullSecretName?, lookingIn documents: [ReleaseValues],
    ) throws(ReleaseSetError) {
        let uses = documents.flatMap { $0.imageUses() }.filter(Self.isAddressable)
        var tree = YAMLTree.mapping([]).setting(
            ReleaseValues.registryPath[...], to: .text(location.description))
        if let pullSecret {
            let item = YAMLTree.mapping([YAMLTree.Entry(key: "name", value: .text(pullSecret.text))])
            tree = tree.setting(Self.pullSecretsPath[...], to: .sequence([item]))
        }
        func pin(_ path: [String], to repository: String, _ digest: Digest) {
            for (key, text) in [
                ("repository", repository), ("tag", ""), ("digest", digest.description),
            ] {
                tree = tree.setting((path + [key])[...], to: .text(text))
            }
        }
        var pinned: Set<[String]> = []
        for image in manifest.images {
            let target = try location.name(of: image)
            let names = [image.shortName, image.name.description, target]
            var paths = uses.filter { $0.repository.map(names.contains) == true }.map(\.path)
            if let service = ReleaseService.all.first(where: { $0.image == image.shortName }) {
                paths.append([service.valuesKey, "image"])
            }
            for path in paths where pinned.insert(path).inserted { pin(path, to: target, image.digest) }
        }
        let chosen = ExtraImage.byPart(extras).values
        for extra in extras {
            let target = try location.name(of: extra.repository)
            let names = [extra.sourceName, target]
            var paths = uses.filter { $0.repository.map(names.contains) == true }.map(\.path)
            if let part = extra.bundledPart {
                let path = [part, "bundled", "image"]
                paths.removeAll { $0 == path }
                if chosen.contains(extra) { paths.append(path) }
            }
            for path in paths where pinned.insert(path).inserted { pin(path, to: target, extra.digest) }
        }
        let lines = Self.header + tree.blockLines(indent: 0)
        bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
    }

    private static let header = [
        "# Values that helm reads last: the mirror's location, digests and pull secret.",
        "# Written by the import. install.sh adds the pull secrets of your own values to the list.",
    ]

    /// True if a path of plain keys leads to the image.
    private static func isAddressable(_ use: ImageUse) -> Bool {
        use.isMapping
            && use.path.allSatisfy { key in
                !key.isEmpty && key.utf8.allSatisfy { FileName.isAlphanumeric($0) || "_-".utf8.contains($0) }
            }
    }
}
