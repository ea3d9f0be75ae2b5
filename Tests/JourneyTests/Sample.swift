import CommandRunner
import Foundation
import Servers

/// The sample release in a registry, and a bundle that was exported from there; made once for all tests.
struct Sample: Sendable {
    static let version = "v1.0.0-beta"
    static let release = CommandRunner.checkout + "/testdata/sample/release"
    /// Who has to have signed the sample.
    static let trust = ["--trust", CommandRunner.checkout + "/testdata/trust/trust.json"]
    static let epoch = ["SOURCE_DATE_EPOCH": "1700000000"]

    let source: RegistryProcess
    let bundle: String
    let exported: ProgramResult
    private let folder: WorkFolder

    /// Ed25519: the same bytes on every run.
    var key: String { folder.path + "/alice.key" }
    /// ECDSA: other bytes on every run.
    var ecdsaKey: String { folder.path + "/bob.key" }
    var publicKey: String { folder.path + "/alice.pub" }
    var sourceRegistry: String { "\(source.host)/cloudgrid-dev" }

    private static let kept = Shared<Sample>()

    static func shared() throws -> Sample {
        try kept.value {
            atexit { Sample.kept.letGo() }
            return try Sample()
        }
    }

    private init() throws {
        folder = try WorkFolder()
        for name in ["alice.key", "alice.pub", "bob.key", "bob.pub"] {
            let (given, copy) = (CommandRunner.checkout + "/testdata/keys/" + name, folder.path + "/" + name)
            try FileManager.default.copyItem(atPath: given, toPath: copy)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy)
        }
        source = try RegistryProcess()
        let filled = try RunningProgram.run(
            CommandRunner.checkout + "/scripts/make-testdata", "--push", "\(source.host)/cloudgrid-dev")
        guard filled.status == 0 else { throw NotSeen(description: "make-testdata: \(filled.errors)") }
        bundle = folder.path + "/cloudgrid.tar"
        exported = try RunningProgram.cgbundle(
            [
                "export", Self.release, "--output", bundle, "--key", folder.path + "/alice.key",
                "--source-registry", "\(source.host)/cloudgrid-dev", "--plain-http", "\(source.host)",
            ] + Self.trust, environment: Self.epoch)
    }

    /// Exports the sample, or another release, from its layout.
    func export(
        _ release: String = Sample.release,
        images: String = CommandRunner.checkout + "/testdata/sample/images",
        to output: String, _ options: String..., environment: [String: String] = Sample.epoch,
    ) throws -> ProgramResult {
        try RunningProgram.cgbundle(
            ["export", release, "--images", images, "--output", output, "--key", key] + Self.trust
                + options,
            environment: environment)
    }

    /// Arguments of an export through a proxy.
    func exporting(to output: String, through proxy: RegistryProxy, key: String? = nil) -> [String] {
        [
            "export", Self.release, "--output", output, "--key", key ?? self.key, "--source-registry",
            proxy.host + "/cloudgrid-dev", "--plain-http", proxy.host,
        ] + Self.trust
    }

    /// Arguments of an import.
    func importing(_ bundle: String? = nil, _ options: String...) -> [String] {
        ["import", bundle ?? self.bundle, "--key", publicKey] + Self.trust + options
    }
}
