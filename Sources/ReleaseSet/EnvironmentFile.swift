package import OCI

/// The settings of the compose file, `cloudgrid.env.example`: lines of `NAME=VALUE`, comments and blank lines.
///
/// The bytes are kept as they are. A line that is no setting is left alone, and so is a value with a backslash or without
/// an end to its quotes.
///
/// Docker Compose, "Set environment variables", .env file syntax.
package struct EnvironmentFile: Sendable {
    package static let name = "cloudgrid.env.example"
    package static let mirroredName = "cloudgrid.mirrored.env"
    package static let sizeLimit = 4 << 20

    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// One setting, its value without quotes and the comment behind it.
    struct Setting: Hashable {
        let name: String
        let value: String
        /// Where the value stands, the quotes not counted.
        let range: Range<Int>
    }

    /// The same text for a mirror: a setting that holds the vendor's registry location gets the mirror's, and one that
    /// names an image of the bundle gets the image in the mirror, by digest.
    package func mirrored(
        to location: RegistryLocation, manifest: ReleaseManifest, extras: [ExtraImage] = [],
    ) throws(ReleaseSetError) -> MirroredEnvironment {
        let places = try ImagePlaces(at: location, manifest: manifest, extras: extras)
        var result: [UInt8] = []
        var position = 0
        var changes: [MirroredValues.Change] = []
        var unplaced: [String] = []
        var holdsLocation = false
        for setting in settings() {
            let new: String
            switch places.replacement(for: setting) {
            case .none: continue
            case .unknownImage:
                unplaced.append("\(setting.name)=\(setting.value)")
                continue
            case .location(let location):
                holdsLocation = true
                new = location
            case .image(let image): new = image
            }
            guard new != setting.value else { continue }
            result += bytes[position..<setting.range.lowerBound] + Array(new.utf8)
            position = setting.range.upperBound
            changes.append(MirroredValues.Change(key: setting.name, old: setting.value, new: new))
        }
        return MirroredEnvironment(
            bytes: result + bytes[position...], changes: changes, unplaced: unplaced,
            holdsLocation: holdsLocation)
    }

    /// The settings in the order of the text.
    func settings() -> [Setting] {
        var settings: [Setting] = []
        var start = bytes.startIndex
        while start < bytes.endIndex {
            let end = bytes[start...].firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.endIndex
            if let setting = Self.setting(in: bytes[start..<end]) { settings.append(setting) }
            start = end + 1
        }
        return settings
    }

    private static func setting(in line: ArraySlice<UInt8>) -> Setting? {
        var rest = line.drop(while: isBlank)
        if rest.starts(with: "export ".utf8) { rest = rest.dropFirst(7).drop(while: isBlank) }
        let name = rest.prefix { FileName.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
        rest = rest[name.endIndex...].drop(while: isBlank)
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first),
            rest.first == UInt8(ascii: "=")
        else { return nil }
        guard let range = valueRange(in: rest.dropFirst().drop(while: isBlank)),
            line[range].allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") })
        else { return nil }
        return Setting(
            name: String(decoding: name, as: UTF8.self), value: String(decoding: line[range], as: UTF8.self),
            range: range)
    }

    private static func valueRange(in text: ArraySlice<UInt8>) -> Range<Int>? {
        guard let first = text.first else { return nil }
        if first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") {
            let inside = text.dropFirst()
            guard let end = inside.firstIndex(of: first) else { return nil }
            return inside.startIndex..<end
        }
        return text.startIndex..<(text.firstIndex(where: isBlank) ?? text.endIndex)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}

/// Where the images of a bundle are in the mirror, by the names under which a setting may speak of them.
private struct ImagePlaces {
    enum Replacement {
        case none
        case location(String)
        case image(String)
        case unknownImage
    }

    private struct Place {
        let name: String
        let digest: Digest
    }

    private let location: RegistryLocation
    private let vendorLocations: Set<String>
    private var places: [String: Place] = [:]
    private var parts: [String: Place] = [:]

    init(
        at location: RegistryLocation, manifest: ReleaseManifest, extras: [ExtraImage],
    ) throws(ReleaseSetError) {
        self.location = location
        vendorLocations = Set(manifest.images.map(\.location.description))
        for image in manifest.images {
            places[image.name.description] = Place(name: try location.name(of: image), digest: image.digest)
        }
        for extra in extras {
            places[extra.sourceName] = Place(
                name: try location.name(of: extra.repository), digest: extra.digest)
        }
        for (part, extra) in ExtraImage.byPart(extras) {
            parts[part] = Place(name: try location.name(of: extra.repository), digest: extra.digest)
        }
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
        if let place = places[name] ?? part {
            // A bare name is completed by the compose file, with a tag or a digest that is there.
            return .image(name == value ? place.name : "\(place.name)@\(place.digest)")
        }
        let isImage = name != value && (try? ImageName(name)) != nil
        return isImage || meansImage ? .unknownImage : .none
    }
}
