import Foundation
import OCI

@testable import ReleaseSet

enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "testdata/values")

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    static func manifest() throws -> ReleaseManifest {
        try ReleaseManifest(json: try bytes("release-manifest.json"))
    }

    static let location = "registry.example.com/cloudgrid"

    static func mirrored(_ text: String, to location: String = location) throws -> MirroredValues {
        try mirrored(Array(text.utf8), to: location)
    }

    static func mirrored(_ bytes: [UInt8], to location: String = location) throws -> MirroredValues {
        try ReleaseValues(bytes).mirrored(to: try RegistryLocation(location), manifest: try manifest())
    }
}
