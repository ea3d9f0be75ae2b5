package import OCI

/// A compose file for a mirror: the image of each service in the mirror by digest, and what the mirror cannot give.
package struct MirroredCompose: Sendable {
    /// A service and its image in the mirror.
    package struct Placed: Hashable, Sendable {
        package let service: String
        /// By digest.
        package let image: String
    }

    /// A service whose image the bundle does not have.
    package struct Unplaced: Hashable, Sendable {
        package let service: String
        /// With variables replaced where they have values; `nil` if the service is built from a folder.
        package let image: String?
    }

    /// A mount of a file or folder beside the compose file, which the release does not have.
    package struct MissingMount: Hashable, Sendable {
        package let service: String
        /// As written.
        package let source: String
        /// Below the folder of the compose file.
        package let path: String
        package let target: String
        package let line: Int
        /// `true` for the configuration of NATS, because the record has a minimal one.
        package let isNATSConfiguration: Bool
    }

    /// Name of the compose file.
    package let document: String
    package let placed: [Placed]
    package let unplaced: [Unplaced]
    package let missingMounts: [MissingMount]
    /// Every profile of a service.
    package let profiles: [String]
}

extension ComposeFile {
    /// Finds the image of each service in the mirror, as the example's settings and as the defaults name it.
    ///
    /// - Parameters:
    ///   - images: images of the release that the bundle has.
    ///   - settings: those of the environment example.
    ///   - files: names of the release's files, which are in the folder of the compose file.
    package func mirrored(
        to location: RegistryLocation, images: [ReleaseImage], extras: [ExtraImage],
        settings: [String: EnvironmentFile.Setting], files: Set<String>,
    ) throws(ReleaseSetError) -> MirroredCompose {
        let places = try ImagePlaces(at: location, images: images, extras: extras)
        var placed: [MirroredCompose.Placed] = []
        var unplaced: [MirroredCompose.Unplaced] = []
        var missing: [MirroredCompose.MissingMount] = []
        var profiles: [String] = []
        for service in services {
            let references = service.references(with: settings)
            let found = Set(references.map { places.place(of: $0)?.reference })
            if found.count == 1, case let image?? = found.first {
                placed.append(MirroredCompose.Placed(service: service.name, image: image))
            } else {
                let image = references.first ?? service.image?.text
                unplaced.append(MirroredCompose.Unplaced(service: service.name, image: image))
            }
            missing += service.missingMounts(with: settings, files: files)
            profiles += service.profiles.filter { !profiles.contains($0) }
        }
        return MirroredCompose(
            document: document, placed: placed, unplaced: unplaced, missingMounts: missing, profiles: profiles
        )
    }
}

extension ComposeFile.Service {
    /// References that the example's settings and the defaults give; empty if no variable of the image has a value.
    fileprivate func references(with settings: [String: EnvironmentFile.Setting]) -> [String] {
        guard let image else { return [] }
        return [settings, [:]].compactMap { ComposeEnvironment.expand(image.text, with: $0) }
    }

    /// Mounts of files beside the compose file that are not among the files of the release.
    func missingMounts(
        with settings: [String: EnvironmentFile.Setting], files: Set<String>,
    ) -> [MirroredCompose.MissingMount] {
        let isNATS = references(with: settings).contains { ImagePin($0).shortName == "nats" }
        return mounts.compactMap { mount in
            let source = ComposeVariables.replaced(in: mount.source, with: settings)?.text ?? mount.source
            guard let path = ComposeMount.relativePath(source), !files.contains(path) else { return nil }
            return MirroredCompose.MissingMount(
                service: name, source: source, path: path, target: mount.target, line: mount.line,
                isNATSConfiguration: isNATS && path.split(separator: "/").last == "nats.conf")
        }
    }
}
