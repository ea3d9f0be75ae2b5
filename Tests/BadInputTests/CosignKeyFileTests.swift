import CommandRunner
import Foundation
import Testing

/// libsodium, through Debian's own interpreter, for which Debian's packages are.
private enum Sodium {
    private static let python = "/usr/bin/python3"

    static var isInstalled: Bool {
        (try? CommandRunner.run(python, ["-c", "import nacl.secret"]).status) == 0
    }

    static func run(_ arguments: String...) throws -> CommandResult {
        try CommandRunner.run(python, [CommandRunner.checkout + "/Tests/Forge/cosignkey.py"] + arguments)
    }
}

/// Private keys in the form that cosign reads, with libsodium as the other party.
@Suite(.enabled(if: Sodium.isInstalled)) struct CosignKeyFileTests {
    private let place: Scratch

    init() throws {
        place = try Scratch()
    }

    @Test(arguments: [
        ("ecdsa", "correct horse", "cosign"), ("ed25519", "correct horse", "cosign"), ("ecdsa", "", "cosign"),
        ("ecdsa", "correct horse", "cosign1"),
    ])
    func `libsodium opens a key that keygen sealed, and it signs`(
        type: String, phrase: String, format: String,
    ) throws {
        let prefix = place.path + "/mine"
        let made = try CommandRunner.cgbundle(
            ["keygen", "--output", prefix, "--type", type, "--key-format", format],
            environment: ["COSIGN_PASSWORD": phrase])
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("an empty pass phrase") == phrase.isEmpty)
        let label = format == "cosign1" ? "COSIGN" : "SIGSTORE"
        let file = try String(contentsOfFile: prefix + ".key", encoding: .utf8)
        #expect(file.hasPrefix("-----BEGIN ENCRYPTED \(label) PRIVATE KEY-----\n"))
        let opened = try Sodium.run("open", prefix + ".key", phrase)
        #expect(try opened.output == String(contentsOfFile: prefix + ".pub", encoding: .utf8))
        let other = try Sodium.run("open", prefix + ".key", phrase + "x")
        #expect(other.status != 0)
        try expectSigning(with: prefix + ".key", phrase: phrase, believedWith: prefix + ".pub")
    }

    @Test(arguments: [
        ("32768", "ENCRYPTED COSIGN PRIVATE KEY"), ("65536", "ENCRYPTED SIGSTORE PRIVATE KEY"),
        ("131072", "ENCRYPTED SIGSTORE PRIVATE KEY"),
    ])
    func `a key that libsodium sealed signs with its pass phrase alone`(cost: String, label: String) throws {
        let alice = try Sample.privateKey("alice", in: place)
        let sealed = try Sodium.run("seal", alice, "correct horse", cost, label)
        let key = place.path + "/cosign.key"
        try Data(sealed.output.utf8).write(to: URL(filePath: key))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
        try expectSigning(with: key, phrase: "correct horse", believedWith: Sample.publicKey("alice"))
        let wrong = try export(with: key, phrase: "battery staple")
        #expect(wrong.status == 64, "\(wrong.errors)")
        #expect(wrong.errors.contains("[key.passphrase]"))
    }

    private func export(with key: String, phrase: String) throws -> CommandResult {
        try CommandRunner.cgbundle(
            Sample.export(to: place.path + "/signed.tar", keys: [key], options: ["--force"]),
            environment: ["COSIGN_PASSWORD": phrase])
    }

    private func expectSigning(with key: String, phrase: String, believedWith publicKey: String) throws {
        let exported = try export(with: key, phrase: phrase)
        #expect(exported.status == 0, "\(exported.errors)")
        let verified = try CommandRunner.cgbundle(["verify", place.path + "/signed.tar", "--key", publicKey])
        #expect(verified.status == 0, "\(verified.errors)")
    }
}
