import CommandRunner
import Foundation

/// The sample's statement, as several people get it to sign, and what they make of it.
struct CosignedSample {
    let place: Scratch
    /// What everybody signs.
    let statement: String
    private let options: [String]

    /// - Parameter options: further ones of each export.
    init(options: [String] = []) throws {
        place = try Scratch()
        statement = place.path + "/cloudgrid.statement.json"
        self.options = options
        let result = try CommandRunner.cgbundle(export(["--statement-only", statement]))
        guard result.status == 0 else { throw SampleError(result.errors) }
    }

    private static let base = ["export", Sample.release, "--images", Sample.images]

    /// - Parameter more: with a trust file of its own among them, the sample's has no place.
    func export(_ more: [String]) -> [String] {
        Self.base + (more.contains("--trust") ? [] : Sample.trust) + options + more
    }

    /// Signs with the program, on a machine that has the statement and the key alone.
    func signed(by name: String, statement: String? = nil) throws -> String {
        let file = "\(place.path)/\(name).sigstore.json"
        let key = try Sample.privateKey(name, in: place)
        try run(
            CommandRunner.products + "/cgbundle-importer",
            ["sign", statement ?? self.statement, "--key", key, "--bundle", file])
        return file
    }

    /// Signs with openssl, as hardware does through it: bytes that say nothing of their key.
    func signedBare(by name: String, inBase64: Bool = false) throws -> String {
        let file = "\(place.path)/\(name).sig"
        let key = try Sample.privateKey(name, in: place)
        try run("openssl", ["dgst", "-sha256", "-sign", key, "-out", file, statement])
        guard inBase64 else { return file }
        try run("openssl", ["base64", "-in", file, "-out", file + ".b64"])
        return file + ".b64"
    }

    /// Signs with a certificate of the private Sigstore, as cosign does without a key.
    func signedByIdentity(_ options: [String] = [], statement: String? = nil) throws -> String {
        let file = place.path + "/identity.sigstore.json"
        try run(
            CommandRunner.checkout + "/scripts/sign-blob",
            [statement ?? self.statement, "--bundle", file] + options)
        return file
    }

    private func run(_ program: String, _ arguments: [String]) throws {
        let path = program.hasPrefix("/") ? [program] : ["/usr/bin/env", program]
        let result = try CommandRunner.run(path[0], Array(path.dropFirst()) + arguments)
        guard result.status == 0 else { throw SampleError(result.errors) }
    }

    static let exporter =
        "identity https://github.com/operator/transfer/.github/workflows/export.yml@refs/heads/main by "
        + "https://token.actions.githubusercontent.com"

    /// The trust file of an enclave that wants `threshold` of the keys and the operator's export workflow.
    func trust(threshold: Int, keys: [String], revoked: [String] = []) throws -> [String] {
        let folder = "\(place.path)/trust-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for (file, name) in [("trust/trusted_root.json", "trusted_root.json")]
            + keys.map({ ("keys/\($0).pub", "\($0).pub") })
        {
            try FileManager.default.copyItem(atPath: "\(Sample.folder)/\(file)", toPath: "\(folder)/\(name)")
        }
        let sample = try bytes(Sample.folder + "/trust/trust.json")
        var document = try JSONSerialization.jsonObject(with: sample) as? [String: Any] ?? [:]
        document["keys"] = keys.map { ["name": $0, "file": "\($0).pub"] }
        let identity = [
            "root": "test-data",
            "certificate-oidc-issuer": "https://token.actions.githubusercontent.com",
            "certificate-identity":
                "https://github.com/operator/transfer/.github/workflows/export.yml@refs/heads/main",
        ]
        document["bundle-signers"] =
            [
                "threshold": threshold, "any-of": keys.map { ["key": $0] } + [identity], "revoked": revoked,
            ] as [String: Any]
        let file = folder + "/trust.json"
        try JSONSerialization.data(withJSONObject: document).write(to: URL(filePath: file))
        return ["--trust", file]
    }

    /// The third step: the bundle of the statement with these signatures.
    func bundle(
        _ name: String = "cloudgrid.tar", signatures: [String], options: [String],
        environment: [String: String] = [:],
    ) throws -> CommandResult {
        let given = ["--statement", statement] + signatures.flatMap { ["--signature", $0] }
        return try CommandRunner.cgbundle(
            export(given + ["--output", "\(place.path)/\(name)"] + options), environment: environment)
    }

    /// The files of the place whose names begin so.
    func files(named prefix: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.path).filter { $0.hasPrefix(prefix) }
            .sorted()
    }
}
