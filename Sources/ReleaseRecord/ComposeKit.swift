import OCI
import ReleaseSet

/// Files with which Compose runs a release from the mirror, `install/compose`: the override file, the template of the
/// operator's environment file, the script, and the configuration of NATS where the release has none.
struct ComposeKit: Sendable {
    static let folder = "compose"
    static let overrideName = "cloudgrid.mirrored.compose.yaml"
    static let natsConfigurationName = "nats.conf"

    let version: ReleaseVersion
    let location: RegistryLocation
    let compose: MirroredCompose
    let environment: MirroredEnvironment?

    func files() throws(ReleaseSetError) -> [RecordFile] {
        let script = ComposeScript(
            version: version, location: location, compose: compose, hasTemplate: environment != nil)
        var files = [
            try file(Self.overrideName, override),
            try file(ComposeScript.name, script.text, isExecutable: true),
        ]
        if compose.missingMounts.contains(where: \.isNATSConfiguration) {
            files.append(try file(Self.natsConfigurationName, Self.natsConfiguration))
        }
        return files
    }

    /// The template of the operator's environment file.
    static func template(_ environment: MirroredEnvironment) throws(ReleaseSetError) -> RecordFile {
        RecordFile(
            try FileName(EnvironmentFile.mirroredName), in: .install, below: [try FileName(folder)],
            .bytes(environment.bytes))
    }

    private func file(_ name: String, _ text: String, isExecutable: Bool = false) throws(ReleaseSetError)
        -> RecordFile
    {
        RecordFile(
            try FileName(name), in: .install, below: [try FileName(Self.folder)], .bytes(Array(text.utf8)),
            isExecutable: isExecutable)
    }

    private var override: String {
        // Compose resolves relative paths from the folder of the first file, the vendor's.
        let configuration = "../" + RecordPart.install.path(Self.folder + "/" + Self.natsConfigurationName)
        return """
            # Images of CloudGrid \(version) in \(location), by digest. Made by cgbundle for \(RecordPart.release.path(compose.document)),
            # which \(ComposeScript.name) names before this file.

            """ + ComposeOverride(compose, natsConfiguration: configuration).text
    }

    private static let natsConfiguration = """
        # Not the vendor's file: the compose file mounts a nats.conf that the release does not contain.
        # Made by cgbundle with the least that the compose file relies on. To use your own, mount it in a compose file
        # and give that to \(ComposeScript.name) with --override.

        # The port for monitoring that the compose file publishes.
        http_port = 8222

        # From the environment of the service.
        max_payload = $CLOUDGRID_NATS_MAX_PAYLOAD

        # The volume of the service.
        jetstream = { store_dir = "/data/jetstream" }

        """
}
