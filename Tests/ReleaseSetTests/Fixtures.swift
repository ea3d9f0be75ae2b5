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

    /// Two images as an operator adds them: one under another name than at its source.
    static func extras() throws -> [ExtraImage] {
        [
            ExtraImage(
                repository: try RepositoryName("nats"), digest: Digest(of: Array("nats".utf8)),
                source: "docker.io/library/nats:2.12@sha256:" + String(repeating: "1", count: 64)),
            ExtraImage(
                repository: try RepositoryName("approved/database"),
                digest: Digest(of: Array("surrealdb".utf8)),
                source: "quay.io/surrealdb/surrealdb:v2.1.4"),
        ]
    }

    static func mirroredWithExtras(_ bytes: [UInt8]) throws -> MirroredValues {
        try ReleaseValues(bytes).mirrored(
            to: try RegistryLocation(location), manifest: try manifest(), extras: try extras(),
            pullSecret: .documented)
    }

    static func mirroredWithExtras(_ text: String) throws -> MirroredValues {
        try mirroredWithExtras(Array(text.utf8))
    }

    static func mirrored(_ text: String, to location: String = location) throws -> MirroredValues {
        try mirrored(Array(text.utf8), to: location)
    }

    static func mirrored(_ bytes: [UInt8], to location: String = location) throws -> MirroredValues {
        try ReleaseValues(bytes).mirrored(to: try RegistryLocation(location), manifest: try manifest())
    }
}
