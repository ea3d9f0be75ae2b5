import CommandRunner
import Foundation
import Testing

/// A bundle that people sign who are not at the machine that exports.
@Suite struct CosigningTests {
    private static let programs = ["cgbundle", "cgbundle-importer"]

    private func run(_ program: String, _ arguments: [String]) throws -> CommandResult {
        try CommandRunner.run("\(CommandRunner.products)/\(program)", arguments)
    }

    private func expectRefusal(
        _ result: CommandResult, _ reason: String, status: Int32, of sample: CosignedSample,
    ) throws {
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains("[\(reason)]"), "\(result.errors)")
        #expect(try sample.files(named: "cloudgrid.tar") == [])
    }

    @Test func `a key elsewhere, openssl and an identity sign, and two of them are enough in an enclave`()
        throws
    {
        let sample = try CosignedSample()
        let signatures = try [
            sample.signed(by: "alice"), sample.signedByIdentity(), sample.signedBare(by: "bob"),
        ]
        let all = try sample.trust(threshold: 3, keys: ["alice", "bob"])
        let result = try sample.bundle(signatures: signatures, options: all)
        #expect(result.status == 0, "\(result.errors)")
        let file = sample.place.path + "/cloudgrid.tar"
        #expect(try bytes(file + ".statement.json") == bytes(sample.statement))
        // What came as a Sigstore bundle stays as it is; who made it may have put in what proves it.
        #expect(try bytes(file + ".sigstore.json") == bytes(signatures[0]))
        #expect(try bytes(file + ".1.sigstore.json") == bytes(signatures[1]))
        #expect(exists(file + ".2.sigstore.json") && !exists(file + ".3.sigstore.json"))
        let listing = try CommandRunner.run("bsdtar", ["-xOf", file, "cgbundle/signatures/1.sigstore.json"])
        #expect(try Data(listing.output.utf8) == bytes(signatures[1]))
        let two = try sample.trust(threshold: 2, keys: ["alice"])
        for program in Self.programs {
            let verified = try run(program, ["verify", file] + two)
            #expect(verified.status == 0, "\(verified.errors)")
            #expect(verified.output.contains(CosignedSample.exporter), "\(verified.output)")
            #expect(try run(program, ["verify", file] + all).status == 0)
            let place = "\(sample.place.path)/\(program)"
            let imported = try run(
                program, ["import", file, "--layout", place, "--record", place + ".record"] + two)
            #expect(imported.status == 0, "\(imported.errors)")
            let record = "\(place).record/cloudgrid/release/v1.0.0-beta-r1/deployment-record.json"
            #expect(try String(contentsOfFile: record, encoding: .utf8).contains(CosignedSample.exporter))
        }
    }

    @Test(arguments: ["key", "identity"])
    func `with one of two signatures nothing is imported, and who exports is warned`(missing: String) throws {
        let sample = try CosignedSample()
        let signature = missing == "key" ? try sample.signedByIdentity() : try sample.signed(by: "alice")
        let trust = try sample.trust(threshold: 2, keys: ["alice"])
        let exported = try sample.bundle(signatures: [signature], options: trust)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(
            exported.errors.contains("will refuse the bundle") && exported.errors.contains("[sig.threshold]"))
        let place = sample.place.path
        for program in Self.programs {
            for command in [["verify"], ["import", "--layout", place + "/mirror", "--no-record"]] {
                let result = try run(program, command + [place + "/cloudgrid.tar"] + trust)
                #expect(result.status == 3)
                #expect(result.errors.contains("[sig.threshold]"), "\(result.errors)")
            }
        }
        #expect(!exists(place + "/mirror"))
    }

    @Test func `a key of this machine signs after those elsewhere`() throws {
        let sample = try CosignedSample()
        let result = try sample.bundle(
            signatures: [try sample.signedBare(by: "bob", inBase64: true)],
            options: ["--signer-key", Sample.publicKey("bob")]
                + ["--key", try Sample.privateKey("alice", in: sample.place)])
        #expect(result.status == 0, "\(result.errors)")
        let file = sample.place.path + "/cloudgrid.tar"
        let verified = try CommandRunner.cgbundle(["verify", file] + Sample.publicKeys(["alice", "bob"]))
        #expect(verified.status == 0, "\(verified.errors)")
        for (number, signer) in [("", "bob"), (".1", "alice")] {
            let signature = "\(file)\(number).sigstore.json"
            let checked = try CommandRunner.cgbundle(
                ["verify-blob", sample.statement, "--bundle", signature, "--insecure-ignore-tlog"]
                    + Sample.publicKeys([signer]))
            #expect(checked.status == 0, "\(signer): \(checked.errors)")
        }
    }

    @Test func `the commands that are shown are the ones to type`() throws {
        let sample = try CosignedSample()
        _ = try Sample.privateKey("alice", in: sample.place)
        try FileManager.default.copyItem(
            atPath: Sample.publicKey("alice"), toPath: sample.place.path + "/alice.pub")
        let arguments = sample.export(["--statement-only", "a statement.json"])
        let result = try CommandRunner.run(
            CommandRunner.products + "/cgbundle", arguments, in: sample.place.path)
        #expect(result.status == 0, "\(result.errors)")
        let shown = result.output.split(separator: "\n").map(String.init)
            .filter { $0.contains("'a statement.json'") }
        #expect(shown.count == 3)
        for line in shown where !line.contains("cosign") {
            let command = line.replacing("NAME", with: "alice").replacing("FILE", with: "cloudgrid.tar")
            let typed = try CommandRunner.run(
                "/bin/sh", ["-c", command], environment: ["PATH": CommandRunner.products + ":/usr/bin:/bin"],
                in: sample.place.path)
            #expect(typed.status == 0, "\(command)\n\(typed.errors)")
        }
        #expect(exists(sample.place.path + "/cloudgrid.tar"))
    }

    @Test func `the statement alone is written, and what is there is kept`() throws {
        let sample = try CosignedSample()
        #expect(try sample.files(named: "") == ["cloudgrid.statement.json"])
        let mine = sample.place.path + "/mine"
        try Data("mine".utf8).write(to: URL(filePath: mine))
        let again = try CommandRunner.cgbundle(sample.export(["--statement-only", mine]))
        #expect(again.status == 64)
        #expect(again.errors.contains("[output.exists]"))
        #expect(try bytes(mine) == Data("mine".utf8))
        #expect(try CommandRunner.cgbundle(sample.export(["--statement-only", mine, "--force"])).status == 0)
    }

    @Test(arguments: [
        (["--revision", "2"], "revision: it says 1, this export 2"),
        (["--channel", "other"], "channel: it says release, this export other"),
        (["--expires", "2999-01-01T00:00:00Z"], "expires: it says never, this export 2999-01-01T00:00:00Z"),
    ])
    func `another option gives another statement, which nobody has signed`(options: [String], told: String)
        throws
    {
        let sample = try CosignedSample()
        let signature = try sample.signed(by: "alice")
        let result = try sample.bundle(
            signatures: [signature], options: ["--signer-key", Sample.publicKey("alice")] + options)
        try expectRefusal(result, "statement.differs", status: 5, of: sample)
        #expect(result.errors.contains(told), "\(result.errors)")
        #expect(result.errors.split(separator: "\n").count { $0.hasPrefix("error:") } == 1)
    }

    @Test(arguments: ["changed", "added", "removed"])
    func `a release that changed after it was signed is refused, and the file is named`(how: String) throws {
        let sample = try CosignedSample()
        let signature = try sample.signed(by: "alice")
        let release = sample.place.path + "/release"
        try FileManager.default.copyItem(atPath: Sample.release, toPath: release)
        let file = release + "/cloudgrid-bff.spdx.json"
        let digest = try Self.digest(file)
        switch how {
        case "changed": try (bytes(file) + Data("\n".utf8)).write(to: URL(filePath: file))
        case "added": try Data("new".utf8).write(to: URL(filePath: release + "/notes.txt"))
        default: try FileManager.default.removeItem(atPath: file)
        }
        let result = try CommandRunner.cgbundle(
            ["export", release, "--images", Sample.images, "--output", sample.place.path + "/cloudgrid.tar"]
                + Sample.trust + ["--statement", sample.statement, "--signature", signature]
                + ["--signer-key", Sample.publicKey("alice"), "--allow-missing", "cloudgrid-bff.spdx.json"])
        try expectRefusal(result, "statement.differs", status: 5, of: sample)
        switch how {
        case "changed":
            #expect(result.errors.contains("has cloudgrid-bff.spdx.json, sha256:\(try Self.digest(file))"))
            #expect(result.errors.contains("has not got") && result.errors.contains(digest))
        case "added": #expect(result.errors.contains("has notes.txt, "), "\(result.errors)")
        default: #expect(result.errors.contains("has not got") && result.errors.contains(digest))
        }
    }

    private static func digest(_ file: String) throws -> String {
        String(try CommandRunner.run("/usr/bin/sha256sum", [file]).output.prefix(64))
    }

    /// Who exports from another place comes to the same statement, and needs no key to see it.
    @Test func `a second person plans the same and sees it, or what is other`() throws {
        let sample = try CosignedSample()
        let check = ["--statement", sample.statement, "--dry-run"]
        let same = try CommandRunner.cgbundle(sample.export(check))
        #expect(same.status == 0, "\(same.errors)")
        #expect(same.output.contains("statement: \(sample.statement), to the byte"))
        #expect(same.output.hasSuffix("dry run: nothing was written\n"))
        let other = try CommandRunner.cgbundle(sample.export(check + ["--without-compose"]))
        try expectRefusal(other, "statement.differs", status: 5, of: sample)
    }

    @Test func `a signature of another statement is refused before anything is asked or written`() throws {
        let (sample, other) = (try CosignedSample(), try CosignedSample(options: ["--revision", "2"]))
        let trust = try sample.trust(threshold: 1, keys: ["alice", "bob"])
        let cases = try [
            (other.signed(by: "alice"), "sig.bad"), (other.signedBare(by: "bob"), "sig.nokey"),
            (other.signedByIdentity(), "vendor.digest"),
        ]
        for (signature, reason) in cases {
            // No images are there: whoever plans before verifying says so.
            let result = try CommandRunner.cgbundle(
                ["export", Sample.release, "--images", "/nowhere", "--statement", sample.statement]
                    + ["--signature", signature, "--output", sample.place.path + "/cloudgrid.tar"] + trust)
            try expectRefusal(result, reason, status: 3, of: sample)
            #expect(result.errors.hasPrefix("error: \(signature): "), "\(result.errors)")
        }
    }

    @Test(arguments: [
        ("nobody named", "trust.none", 64), ("named twice", "trust.both", 64), ("stranger", "sig.nokey", 3),
        ("stranger's bare", "sig.nokey", 3), ("revoked", "sig.revoked", 3),
        ("other identity", "vendor.identity", 3), ("attestation", "signature.unsupported", 4),
        ("first version", "signature.unsupported", 4), ("cosign 2", "signature.unsupported", 4),
        ("noise", "sig.nokey", 3), ("too long", "file.size", 4), ("itself", "vendor.json", 3),
    ])
    func `a signature that nobody here can verify does not travel`(
        what: String, reason: String, status: Int32
    )
        throws
    {
        let sample = try CosignedSample()
        let alice = "sha256:e9211d01944268a17f38098401be37a3d0bad9ae83439da9177786daa007e63b"
        var trust = try sample.trust(
            threshold: 1, keys: ["alice"], revoked: what == "revoked" ? [alice] : [])
        var signature = sample.place.path + "/given"
        switch what {
        case "nobody named":
            signature = try sample.signed(by: "alice")
            trust = Sample.trust
        case "named twice":
            signature = try sample.signed(by: "alice")
            trust += ["--signer-key", Sample.publicKey("bob")]
        case "stranger": signature = try sample.signed(by: "bob")
        case "stranger's bare": signature = try sample.signedBare(by: "bob")
        case "revoked": signature = try sample.signed(by: "alice")
        case "other identity": signature = try sample.signedByIdentity(["--signer", "branch"])
        case "attestation": signature = try sample.signedByIdentity(["--attest"])
        case "first version": signature = try sample.signedByIdentity(["--bundle-version", "0.1"])
        case "cosign 2":
            try FileManager.default.copyItem(
                atPath: Sample.folder + "/trust/blobs/key-p256-legacy-bundle/artifact.bundle",
                toPath: signature)
        case "noise": try Data(repeating: 0x41, count: 64).write(to: URL(filePath: signature))
        case "itself": signature = sample.statement
        default: try Data(repeating: 0x7b, count: 1 << 20 + 1).write(to: URL(filePath: signature))
        }
        let result = try sample.bundle(signatures: [signature], options: trust)
        try expectRefusal(result, reason, status: status, of: sample)
    }

    @Test func `nobody signs twice, and no more than sixteen sign`() throws {
        let sample = try CosignedSample()
        let (alice, bob) = (try sample.signed(by: "alice"), try sample.signedBare(by: "bob"))
        let trust = try sample.trust(threshold: 1, keys: ["alice", "bob"])
        let twice = try sample.bundle(signatures: [alice, bob, alice], options: trust)
        try expectRefusal(twice, "key.duplicate", status: 64, of: sample)
        #expect(twice.errors.contains(alice))
        let key = ["--key", try Sample.privateKey("alice", in: sample.place)]
        try expectRefusal(
            try sample.bundle(signatures: [alice], options: trust + key), "key.duplicate", status: 64,
            of: sample)
        let many = try sample.bundle(signatures: Array(repeating: alice, count: 17), options: trust)
        try expectRefusal(many, "key.count", status: 64, of: sample)
    }

    @Test(arguments: [
        ["--statement-only", "x", "--output", "y"], ["--statement-only", "x", "--key", "k"],
        ["--statement-only", "x", "--statement", "s"], ["--signature", "s", "--output", "y"],
        ["--signer-key", "k", "--output", "y"], [],
    ])
    func `options that contradict each other are refused`(options: [String]) throws {
        let result = try CommandRunner.cgbundle(["export", Sample.release] + Sample.trust + options)
        #expect(result.status == 64)
        #expect(result.errors.hasPrefix("Error: "))
    }

    /// An interrupted export keeps what is there where the same files are given again.
    @Test func `an interrupted export goes on with the signatures that were given`() throws {
        let sample = try CosignedSample()
        let signatures = try [sample.signedByIdentity(), sample.signed(by: "alice")]
        let options = try sample.trust(threshold: 2, keys: ["alice", "bob"])
        let key = ["--key", try Sample.privateKey("bob", in: sample.place)]
        let first = try sample.bundle("whole.tar", signatures: signatures, options: options + key)
        #expect(first.status == 0, "\(first.errors)")
        let whole = try bytes(sample.place.path + "/whole.tar")
        let half = whole.prefix(whole.count / 2) + Data(count: whole.count - whole.count / 2)
        try half.write(to: URL(filePath: sample.place.path + "/again.tar.partial"))
        let again = try sample.bundle("again.tar", signatures: signatures, options: options + key)
        #expect(again.status == 0, "\(again.errors)")
        // ECDSA signs differently each time, so that the same bytes are the first run's.
        #expect(try bytes(sample.place.path + "/again.tar") == whole)
        try half.write(to: URL(filePath: sample.place.path + "/other.tar.partial"))
        let other = try sample.bundle("other.tar", signatures: signatures.reversed(), options: options + key)
        #expect(other.status == 0, "\(other.errors)")
        let signed = try bytes(sample.place.path + "/other.tar.sigstore.json")
        #expect(try signed == bytes(signatures[1]))
    }

    @Test func `the statement may lie where the bundle puts it`() throws {
        let sample = try CosignedSample()
        let beside = sample.place.path + "/cloudgrid.tar.statement.json"
        try FileManager.default.copyItem(atPath: sample.statement, toPath: beside)
        let result = try CommandRunner.cgbundle(
            sample.export(
                ["--statement", beside, "--signature", try sample.signed(by: "alice"), "--signer-key"]
                    + [Sample.publicKey("alice"), "--output", sample.place.path + "/cloudgrid.tar"]))
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func `the second reader counts the key beside a certificate`() throws {
        let sample = try CosignedSample()
        let signatures = try [sample.signedByIdentity(), sample.signed(by: "alice")]
        let trust = try sample.trust(threshold: 2, keys: ["alice"])
        #expect(try sample.bundle(signatures: signatures, options: trust).status == 0)
        let reader = CommandRunner.checkout + "/Tests/SecondReader/read_bundle.py"
        let file = sample.place.path + "/cloudgrid.tar"
        let result = try CommandRunner.run("python3", [reader, file] + Sample.publicKeys(["alice"]))
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("signed by alice.pub"))
    }
}
