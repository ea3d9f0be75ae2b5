import CommandRunner
import Foundation
import Servers

/// The sample release in a registry, and a bundle that was exported from there; made once for all tests.
struct Sample: Sendable {
    static let version = "v1.0.0-beta"
    static let release = CommandRunner.checkout + "/testdata/sample/release"
    static let epoch = ["SOURCE_DATE_EPOCH": "1700000000"]

    let source: RegistryProcess
    let bundle: String
    let exported: ProgramResult
    private let folder: WorkFolder

    var key: String { folder.path + "/alice.key" }
    var publicKey: String { folder.path + "/alice.pub" }
    var sourceRegistry: String { "\(source.host)/cloudgrid-dev" }

    private static let made = Result {
        let sample = try Sample()
        // Nothing ends what a global holds, and the registry would outlive the tests.
        atexit { try? Sample.shared().source.stop() }
        return sample
    }

    static func shared() throws -> Sample { try made.get() }

    private init() throws {
        folder = try WorkFolder()
        for name in ["alice.key", "alice.pub"] {
            try FileManager.default.copyItem(
                atPath: CommandRunner.checkout + "/testdata/keys/" + name, toPath: folder.path + "/" + name)
        }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: folder.path + "/alice.key")
        source = try RegistryProcess()
        let filled = try RunningProgram.run(
            CommandRunner.checkout + "/scripts/make-testdata", "--push", "\(source.host)/cloudgrid-dev")
        guard filled.status == 0 else { throw NotSeen(description: "make-testdata: \(filled.errors)") }
        bundle = folder.path + "/cloudgrid.tar"
        exported = try RunningProgram.cgbundle(
            [
                "export", Self.release, "--output", bundle, "--key", folder.path + "/alice.key",
                "--source-registry", "\(source.host)/cloudgrid-dev", "--plain-http", "\(source.host)",
            ], environment: Self.epoch)
    }

    /// Exports the sample, or another release, from its layout.
    func export(
        _ release: String = Sample.release, images: String = CommandRunner.checkout + "/testdata/sample/images",
        to output: String, _ options: String..., environment: [String: String] = Sample.epoch,
    ) throws -> ProgramResult {
        try RunningProgram.cgbundle(
            ["export", release, "--images", images, "--output", output, "--key", key] + options,
            environment: environment)
    }

    /// Arguments of an import.
    func importing(_ bundle: String? = nil, _ options: String...) -> [String] {
        ["import", bundle ?? self.bundle, "--key", publicKey] + options
    }
}
