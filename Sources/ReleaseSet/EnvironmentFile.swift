package import OCI

/// The settings of the compose file, `cloudgrid.env.example`, read with the grammar of Compose.
///
/// The bytes are kept, so a setting can be changed in its place. A file that Compose refuses is refused.
///
/// Docker Compose, "Syntax for environment files"; compose-go, package `dotenv`.
package struct EnvironmentFile: Sendable {
    package static let name = "cloudgrid.env.example"
    package static let mirroredName = "cloudgrid.mirrored.env"
    package static let sizeLimit = 4 << 20

    /// One setting: its name, and its value without quotes, escapes and comment.
    package struct Setting: Hashable, Sendable {
        package let name: String
        /// Variables are replaced with earlier settings, and by nothing where there is none.
        package let value: String
        /// `false` if the value names a variable that only the process environment can give.
        package let isComplete: Bool
        /// Counted from one.
        package let line: Int
        /// Bytes of the value as written, without the quotes around it.
        let range: Range<Int>
    }

    package let bytes: [UInt8]
    /// In the order of the file. A name without a value, which Compose takes from the process environment, is not here.
    package let settings: [Setting]

    package init(_ bytes: [UInt8], document: String = Self.name) throws(ReleaseSetError) {
        self.bytes = bytes
        var reader = EnvironmentReader(bytes, document: document)
        settings = try reader.settings()
    }

    /// Returns the same text for a mirror: a setting whose value is the vendor's registry location gets the mirror's, and
    /// one that names an image of the bundle gets the image in the mirror, by digest.
    package func mirrored(
        to location: RegistryLocation, manifest: ReleaseManifest, extras: [ExtraImage] = [],
    ) throws(ReleaseSetError) -> MirroredEnvironment {
        let places = try ImagePlaces(at: location, images: manifest.images, extras: extras)
        var result: [UInt8] = []
        var position = 0
        var changes: [MirroredValues.Change] = []
        var unplaced: [String] = []
        var holdsLocation = false
        for setting in settings {
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
            // Locations and references have no byte that quotes, escapes or variables would change.
            result += bytes[position..<setting.range.lowerBound] + Array(new.utf8)
            position = setting.range.upperBound
            changes.append(MirroredValues.Change(key: setting.name, old: setting.value, new: new))
        }
        return MirroredEnvironment(
            bytes: result + bytes[position...], changes: changes, unplaced: unplaced,
            holdsLocation: holdsLocation)
    }
}
