import CommandRunner
import Foundation
import Testing

/// One signature on a statement, by somebody who has nothing else of the bundle.
@Suite struct SignTests {
    private let place: Scratch
    private let statement: String
    private let output: String

    init() throws {
        place = try Scratch()
        statement = place.path + "/cloudgrid.statement.json"
        output = place.path + "/out.sigstore.json"
        try FileManager.default.copyItem(
            atPath: Sample.folder + "/golden/golden.statement.json", toPath: statement)
    }

    private func sign(
        _ file: String? = nil, key name: String = "alice", mode: Int = 0o600, options: [String] = [],
    ) throws -> CommandResult {
        let key = try Sample.privateKey(name, in: place, mode: mode)
        return try CommandRunner.cgbundle(
            ["sign", file ?? statement, "--key", key, "--bundle", output] + options)
    }

    private func expectRefusal(_ result: CommandResult, _ reason: String, status: Int32) {
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains("[\(reason)]"), "\(result.errors)")
        #expect(!exists(output))
    }

    @Test func `what is signed is shown, and an Ed25519 key gives the same bytes each time`() throws {
        let result = try sign()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("cloudgrid v1.0.0-beta, revision 1, channel release\n"))
        for part in ["2026-11-02T10:00:00Z", "182 entries", "sha256:5c7d9fce", "sha256:7aff0481", "never"] {
            #expect(result.output.contains(part))
        }
        // Another program wrote this file, from the same key and statement.
        #expect(try bytes(output) == bytes(Sample.folder + "/golden/golden.sigstore.json"))
    }

    @Test func `openssl and verify-blob check the signature that is written by itself`() throws {
        let signature = place.path + "/out.sig"
        #expect(try sign(key: "bob", options: ["--output-signature", signature]).status == 0)
        let raw = place.path + "/out.raw"
        let decoded = try CommandRunner.run(
            "/usr/bin/openssl", ["base64", "-d", "-in", signature, "-out", raw])
        #expect(decoded.status == 0)
        let key = Sample.publicKey("bob")
        let openssl = try CommandRunner.run(
            "/usr/bin/openssl", ["dgst", "-sha256", "-verify", key, "-signature", raw, statement])
        #expect(openssl.status == 0)
        let ours = try CommandRunner.cgbundle(
            ["verify-blob", statement, "--signature", signature, "--key", key, "--insecure-ignore-tlog"])
        #expect(ours.status == 0, "\(ours.errors)")
    }

    @Test(arguments: [
        ("bundle", "json.syntax", 4), ("signature", "sig.type", 3), ("release manifest", "sig.type", 3),
        ("newer", "statement.newer", 4), ("unknown member", "statement.unknown", 4),
        ("laid out for people", "statement.canonical", 4), ("nothing", "json.syntax", 4),
        ("other sums", "statement.counts", 4), ("absent", "file.open", 9),
    ])
    func `what is no statement is not signed`(what: String, reason: String, status: Int32) throws {
        let text = try String(contentsOfFile: statement, encoding: .utf8)
        let file = place.path + "/given"
        func write(_ text: String) throws {
            try text.write(toFile: file, atomically: false, encoding: .utf8)
        }
        switch what {
        case "bundle": try bytes(Sample.golden).write(to: URL(filePath: file))
        case "signature":
            try bytes(Sample.folder + "/golden/golden.sigstore.json").write(to: URL(filePath: file))
        case "release manifest":
            try bytes(Sample.release + "/release-manifest.json").write(to: URL(filePath: file))
        case "newer": try write(text.replacing(#""formatVersion":1"#, with: #""formatVersion":2"#))
        case "unknown member": try write(text.replacing(#","product""#, with: #","more":1,"product""#))
        case "laid out for people": try write(text + "\n")
        case "other sums": try write(text.replacing(#""entries":182"#, with: #""entries":183"#))
        case "nothing": try write("")
        default: break
        }
        expectRefusal(try sign(file), reason, status: status)
    }

    @Test func `a key that others can read does not sign`() throws {
        expectRefusal(try sign(mode: 0o644), "key.permissions", status: 3)
    }

    @Test func `a key without its pass phrase does not sign, and with it it does`() throws {
        let refused = try sign(key: "carol")
        expectRefusal(refused, "key.passphrase", status: 64)
        // It was shown what the phrase would be for.
        #expect(refused.output.contains("v1.0.0-beta"))
        let phrase = place.path + "/phrase"
        try "correct horse\n".write(toFile: phrase, atomically: false, encoding: .utf8)
        #expect(try sign(key: "carol", options: ["--password-file", phrase]).status == 0)
    }

    @Test func `a key that is in no file is left to cosign`() throws {
        let result = try CommandRunner.cgbundle(
            ["sign", statement, "--key", "pkcs11:token=release", "--bundle", output])
        expectRefusal(result, "key.reference", status: 64)
    }

    @Test func `nothing is overwritten, and a place to write is asked for`() throws {
        try Data("mine".utf8).write(to: URL(filePath: output))
        let result = try sign()
        #expect(result.status == 64)
        #expect(result.errors.contains("[output.exists]"))
        #expect(try bytes(output) == Data("mine".utf8))
        let key = try Sample.privateKey("alice", in: place)
        #expect(try CommandRunner.cgbundle(["sign", statement, "--key", key]).status == 64)
    }

    @Test func `the images are shown where the vendor's list is at hand, which must be the right one`() throws
    {
        let list = ["--release-manifest", Sample.release + "/release-manifest.json"]
        expectRefusal(try sign(options: list), "set.digest", status: 6)
        let sample = try CosignedSample()
        let key = try Sample.privateKey("alice", in: place)
        let result = try CommandRunner.cgbundle(
            ["sign", sample.statement, "--key", key, "--bundle", output] + list)
        #expect(result.status == 0, "\(result.errors)")
        let images = result.output.split(separator: "\n").filter { $0.hasPrefix("  image ") }
        #expect(images.count == 8)
        #expect(
            images.allSatisfy { $0.contains("ghcr.io/cloudgrid-dev/cloudgrid-") && $0.contains("@sha256:") })
        #expect(result.errors == "")
    }
}
