import CommandRunner
import Foundation
import OCI
import Testing

@testable import ReleaseRecord
@testable import ReleaseSet

/// The folder of a release in a record, with a compose file of the vendor's shape and the kit that runs it.
struct ComposeFolder {
    static let location = "registry.example.com:5000/cloudgrid"
    static let upstream = ProcessInfo.processInfo.environment["CLOUDGRID_UPSTREAM_DIR"]

    /// A compose file and environment example with the structure of the vendor's.
    static let compose = """
        name: cloudgrid
        x-common: &common
          restart: unless-stopped
        services:
          nats:
            <<: *common
            image: nats:${CLOUDGRID_NATS_IMAGE_TAG:-2.14.0}
            command: [-c, /etc/nats/nats.conf]
            environment: {CLOUDGRID_NATS_MAX_PAYLOAD: "${CLOUDGRID_NATS_MAX_PAYLOAD:-8388608}"}
            volumes:
              - ./nats.conf:/etc/nats/nats.conf:ro
              - nats-data:/data/jetstream
          surrealdb:
            <<: *common
            image: surrealdb/surrealdb:${CLOUDGRID_SURREALDB_IMAGE_TAG:-v3.1.0}
          bff:
            <<: *common
            image: ${CLOUDGRID_IMAGE_REGISTRY:-ghcr.io/cloudgrid-dev}/cloudgrid-bff:${CLOUDGRID_IMAGE_TAG:-v1.0.0-beta}
            environment: {PASSWORD: "${PASSWORD:-root}"}
            depends_on: [nats]
          ai-eval-runner:
            <<: *common
            profiles: [ai-eval]
            image: ${CLOUDGRID_IMAGE_REGISTRY:-ghcr.io/cloudgrid-dev}/cloudgrid-ai-eval-runner:${CLOUDGRID_IMAGE_TAG:-v1.0.0-beta}
        volumes:
          nats-data:

        """
    static let example = """
        CLOUDGRID_IMAGE_REGISTRY=ghcr.io/cloudgrid-dev
        CLOUDGRID_IMAGE_TAG=v1.0.0-beta
        CLOUDGRID_NATS_IMAGE_TAG=2.14.0

        """

    let scratch: Scratch
    let manifest: ReleaseManifest
    let mirrored: MirroredCompose
    /// The root of the record.
    let root: String
    var release: String { root + "/cloudgrid/release/v1.0.0-beta-r1" }
    var kit: String { release + "/install/compose" }
    var script: String { kit + "/" + ComposeScript.name }
    var here: String { scratch.url.path + "/here" }

    init(
        _ compose: String = Self.compose, example: String = Self.example, withDependencies: Bool = true,
        in folder: String = "record",
    ) throws {
        scratch = try Scratch()
        root = scratch.url.path + "/" + folder
        let data = Samples.project.appending(path: "testdata/values/release-manifest.json")
        manifest = try ReleaseManifest(json: [UInt8](try Data(contentsOf: data)))
        let extras = withDependencies ? try Self.dependencies() : []
        let settings = try EnvironmentFile(Array(example.utf8))
        let location = try RegistryLocation(Self.location)
        mirrored = try ComposeFile(Array(compose.utf8)).mirrored(
            to: location, images: manifest.images, extras: extras,
            settings: ComposeEnvironment(settings, document: "e").settings, files: [])
        let environment = try settings.mirrored(to: location, manifest: manifest, extras: extras)
        let kit = ComposeKit(
            version: try ReleaseVersion("v1.0.0-beta"), location: location, compose: mirrored,
            environment: environment)
        for file in try kit.files() + [ComposeKit.template(environment)] {
            guard case .bytes(let bytes) = file.content else { continue }
            try write(bytes, to: release + "/" + file.path, isExecutable: file.isExecutable)
        }
        try write(Array(compose.utf8), to: release + "/release/" + mirrored.document)
        try write([], to: root + "/log.jsonl")
        try write(Array((example + "PASSWORD=secret\n").utf8), to: here + "/my.env")
    }

    static func dependencies() throws -> [ExtraImage] {
        try [
            ("nats", "docker.io/library/nats:2.14.0"), ("surrealdb", "docker.io/surrealdb/surrealdb:v3.1.0"),
        ].map {
            ExtraImage(repository: try RepositoryName($0), digest: Samples.digest($0), source: $1)
        }
    }

    /// Writes a file of the operator.
    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: here + "/" + name) }

    private func write(_ bytes: [UInt8], to path: String, isExecutable: Bool = false) throws {
        let url = URL(filePath: path)
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        if isExecutable {
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        }
    }

    /// Runs the script with podman-compose, or with a `docker` that has Compose.
    func run(_ arguments: String..., docker: Bool = false) throws -> CommandResult {
        return try CommandRunner.run(
            script, arguments,
            environment: [
                "PATH": try ComposeTools.path(docker: docker), "RECORDED": here + "/called",
                // Without effect, because the script names every file.
                "COMPOSE_FILE": "/nowhere", "COMPOSE_PROJECT_DIR": "/",
            ], in: here)
    }

    /// Arguments of the last command that `docker` was called with; `nil` if it was not.
    var called: [String]? {
        (try? String(contentsOfFile: here + "/called", encoding: .utf8))?.split(separator: "\n").map(
            String.init)
    }

    /// Images that the services have to have, by service.
    func expected(_ services: some Sequence<String>) -> [String: String] {
        var images: [String: String] = [:]
        for service in services {
            let isDependency = service == "nats" || service == "surrealdb"
            let name = isDependency ? service : "cloudgrid-" + service
            images[service] = "\(Self.location)/\(name)@\(Samples.digest(name))"
        }
        return images
    }
}
