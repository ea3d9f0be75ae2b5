import OCI

/// Places of the bundle's images in the mirror, by the names that settings and compose files use for them.
struct ImagePlaces {
    enum Replacement {
        case none
        case location(String)
        case image(String)
        case unknownImage
    }

    /// An image in the mirror.
    struct Place: Hashable {
        let name: String
        let digest: Digest

        var reference: String { "\(name)@\(digest)" }
    }

    private let location: RegistryLocation
    private let vendorLocations: Set<String>
    private var places: [String: Place] = [:]
    private var versions: [ImageSourceName: Place] = [:]
    private var parts: [String: Place] = [:]

    init(
        at location: RegistryLocation, images: [ReleaseImage], extras: [ExtraImage],
    ) throws(ReleaseSetError) {
        self.location = location
        vendorLocations = Set(images.map(\.location.description))
        for image in images {
            places[image.name.description] = Place(name: try location.name(of: image), digest: image.digest)
        }
        for extra in extras {
            let place = Place(name: try location.name(of: extra.repository), digest: extra.digest)
            if let tag = extra.tag { versions[ImageSourceName(name: extra.sourceName, tag: tag)] = place }
            // The name alone decides only if the bundle has one version of the image.
            let isOnly = extras.count { $0.sourceName == extra.sourceName } == 1
            if isOnly { places[extra.sourceName] = place }
        }
        for (part, extra) in ExtraImage.byPart(extras) {
            parts[part] = Place(name: try location.name(of: extra.repository), digest: extra.digest)
        }
    }

    /// Returns the place of the image that a reference names, as it is written or as a container engine completes it.
    func place(of reference: String) -> Place? {
        let pin = ImagePin(reference)
        let version = pin.tag.flatMap { versions[ImageSourceName(name: pin.name, tag: $0)] }
        return version ?? places[ExtraImage.name(in: reference)] ?? places[pin.name] ?? parts[pin.shortName]
    }

    func replacement(for setting: EnvironmentFile.Setting) -> Replacement {
        let value = setting.value
        let bare = String(value.reversed().drop { $0 == "/" }.reversed())
        if vendorLocations.contains(bare) {
            return .location(location.description + value.dropFirst(bare.count))
        }
        let name = ExtraImage.name(in: value)
        // `nats` alone or with a port can be a host as well, so a part is looked for only where an image is meant.
        let meansImage = setting.name.hasSuffix("IMAGE")
        let part = meansImage ? name.split(separator: "/").last.flatMap { parts[String($0)] } : nil
        let pin = ImagePin(value)
        let version = pin.tag.flatMap { versions[ImageSourceName(name: name, tag: $0)] }
        if let place = version ?? places[name] ?? part {
            // A bare name is completed by the compose file, with a tag or a digest that is there.
            return .image(name == value ? place.name : place.reference)
        }
        let isImage = name != value && (try? ImageName(name)) != nil
        return isImage || meansImage ? .unknownImage : .none
    }
}
