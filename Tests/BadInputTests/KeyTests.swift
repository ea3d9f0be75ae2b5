import CommandRunner
import Foundation
import Testing

/// Keys from making one to believing what it signed.
@Suite struct KeyTests {
    private let place: Scratch
    private let prefix: String

    init() throws {
        place = try Scratch()
        prefix = place.path + "/mine"
    }

    @Test(arguments: ["ecdsa", "ed25519"])
    func `a new key signs, and its other half believes it`(type: String) throws {
        let made = try keygen(["--type", type])
        #expect(made.status == 0, "\(made.errors)")
        #expect(try mode(prefix + ".key") == 0o600)
        #expect(try mode(prefix + ".pub") == 0o644)
        let file = place.path + "/cloudgrid.tar"
        let exported = try CommandRunner.cgbundle(Sample.export(to: file, keys: [prefix + ".key"]))
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(try CommandRunner.cgbundle(["verify", file, "--key", prefix + ".pub"]).status == 0)
        #expect(try CommandRunner.cgbundle(["verify", file] + Sample.publicKeys(["alice"])).status == 3)
    }

    @Test(arguments: [".key", ".pub"])
    func `an existing key is never overwritten`(ending: String) throws {
        try Data("mine".utf8).write(to: URL(filePath: prefix + ending))
        let result = try keygen([])
        #expect(result.status == 64)
        #expect(result.errors.contains("[output.exists]"))
        #expect(try bytes(prefix + ending) == Data("mine".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["mine" + ending])
    }

    @Test func `with a pass phrase the private key is encrypted, and signs with that phrase alone`() throws {
        let phrase = try file("phrase", "correct horse\n")
        #expect(try keygen(["--password-file", phrase]).status == 0)
        let text = try String(contentsOfFile: prefix + ".key", encoding: .utf8)
        #expect(text.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        #expect(try sign(prefix + ".key", ["--password-file", phrase]).status == 0)
        let wrong = try sign(
            prefix + ".key", ["--password-file", try file("wrong", "battery staple"), "--force"])
        #expect(wrong.status == 3 || wrong.status == 64, "\(wrong.errors)")
        #expect(!wrong.errors.contains("battery staple"))
    }

    @Test func `a key that openssl encrypted signs, with the phrase of a file or of cosign's variable`()
        throws
    {
        let carol = try Sample.privateKey("carol", in: place)
        #expect(try sign(carol, ["--password-file", try file("phrase", "correct horse")]).status == 0)
        let verified = try CommandRunner.cgbundle(["verify", output] + Sample.publicKeys(["carol"]))
        #expect(verified.status == 0, "\(verified.errors)")
        let again = try sign(carol, ["--force"], environment: ["COSIGN_PASSWORD": "correct horse"])
        #expect(again.status == 0, "\(again.errors)")
    }

    private var output: String { place.path + "/signed.tar" }

    private func keygen(_ options: [String]) throws -> CommandResult {
        // An empty phrase, so that nobody is asked for one if there is a terminal.
        let environment = options.contains("--password-file") ? [:] : ["COSIGN_PASSWORD": ""]
        return try CommandRunner.cgbundle(["keygen", "--output", prefix] + options, environment: environment)
    }

    private func sign(
        _ key: String, _ options: [String], environment: [String: String] = [:],
    ) throws -> CommandResult {
        try CommandRunner.cgbundle(
            Sample.export(to: output, keys: [key], options: options), environment: environment)
    }

    private func file(_ name: String, _ text: String) throws -> String {
        let path = "\(place.path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
}
