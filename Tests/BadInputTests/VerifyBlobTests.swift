import CommandRunner
import Foundation
import Testing

/// Signatures on files, as a user verifies them.
@Suite struct VerifyBlobTests {
    private let place: Scratch

    init() throws {
        place = try Scratch()
    }

    private static let artifact = SignatureCase.folder + "/artifact.txt"
    private static let root = Sample.folder + "/trust/trusted_root.json"
    private static let bundle = SignatureCase.folder + "/bundle-v0.3/bundle.sigstore.json"
    private static let signature = SignatureCase.folder + "/key-p256-detached/artifact.sig"
    private static let signed = ["verify-blob", artifact, "--bundle", bundle, "--trusted-root", root]
    private static let vendor = ["--key", Sample.publicKey("vendor"), "--insecure-ignore-tlog"]

    @Test(arguments: try SignatureCase.all().filter { !$0.isForImage })
    func `every case of the test data comes out as it has to`(row: SignatureCase) throws {
        let result = try CommandRunner.cgbundle(row.command + row.trust(in: place))
        try Self.expect(row, result)
    }

    // What runs a workflow is no option of cosign's, so one case can only be told by a trust file.
    @Test(
        arguments: try SignatureCase.all().filter {
            !$0.isForImage && $0.isByWorkflow && $0.name != "other-runner"
        })
    func `the options of cosign say the same as a trust file`(row: SignatureCase) throws {
        try Self.expect(row, try CommandRunner.cgbundle(row.command + row.options))
    }

    private static func expect(_ row: SignatureCase, _ result: CommandResult) throws {
        guard row.verdict != "verified" else {
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.output.hasSuffix("verified: \(row.artifactPath)\n"))
            return
        }
        #expect(result.status == 3)
        #expect(result.errors.contains("[\(row.reason)]"), "\(result.errors)")
        #expect(result.errors.contains(row.artifactPath))
        #expect(result.output.isEmpty)
        #expect(
            result.errors.contains("cannot be verified offline") == (row.verdict == "unverifiable-offline"))
    }

    @Test func `a bundle that brings its own good key along does not pass for the key asked for`() throws {
        let row = try SignatureCase.named("key-brought-along")
        let legacy = ["verify-blob", Self.artifact] + row.evidence + ["--insecure-ignore-tlog"]
        let other = try CommandRunner.cgbundle(legacy + ["--key", Sample.publicKey("bob")])
        #expect(other.status == 3)
        #expect(other.errors.contains("[vendor.key]"))
        let own = try CommandRunner.cgbundle(legacy + ["--key", Sample.publicKey("vendor")])
        #expect(own.status == 0, "\(own.errors)")
    }

    @Test func `a success says what, by whom, when and after which checks`() throws {
        let result = try CommandRunner.cgbundle(Self.signed + SignatureCase.identity)
        #expect(result.status == 0, "\(result.errors)")
        for part in [
            "content    sha256:", "signed by  \(SignatureCase.workflow)@refs/tags/v1.0.0-beta",
            "vouched    by \(SignatureCase.issuer), with a certificate of \(Self.root)",
            "source     \(SignatureCase.repository) at refs/tags/v1.0.0-beta",
            "when       2026-11-02T", ", the time of the log ", "sigstore-bundle-v0.3, entry ",
            "checked    digest, signature, certificate, chain, sct, log, entry, time",
        ] {
            #expect(result.output.contains(part), "\(part)\n\(result.output)")
        }
        #expect(result.errors.isEmpty)
    }

    @Test func `programs read all of it`() throws {
        let result = try CommandRunner.cgbundle(Self.signed + SignatureCase.identity + ["--format", "json"])
        let told = try JSONDecoder().decode(Verification.self, from: Data(result.output.utf8))
        #expect(told.ok)
        #expect(told.notAskedFor.isEmpty)
        let signature = try #require(told.signatures.first)
        #expect(told.signatures.count == 1)
        #expect(signature.verdict == "verified")
        #expect(signature.signer?.issuer == SignatureCase.issuer)
        #expect(signature.signer?.claims?["runner-environment"] == "github-hosted")
        #expect(signature.times?.first?.source.hasPrefix("log ") == true)
        #expect(signature.logEntries?.count == 1)
        #expect(signature.certificateLogs?.count == 1)
    }

    @Test func `a refusal is told to programs in the words of every other command`() throws {
        let row = try SignatureCase.named("other-artifact")
        let result = try CommandRunner.cgbundle(row.command + row.options + ["--format", "json"])
        #expect(result.status == 3)
        #expect(
            result.output.contains(#""class": "trust""#)
                && result.output.contains(#""reason": "vendor.digest""#))
    }

    @Test func `a certificate where a key was asked for is another signer, whatever roots are known`() throws
    {
        let result = try CommandRunner.cgbundle(Self.signed + Self.vendor)
        #expect(result.status == 3)
        #expect(result.errors.contains("[vendor.key]"), "\(result.errors)")
    }

    @Test func `standard input is verified as a file is`() throws {
        let arguments = ["-", "--signature", Self.signature] + Self.vendor
        let command = "\"$0\" verify-blob \(arguments.joined(separator: " ")) < \"$1\""
        func run(_ file: String) throws -> CommandResult {
            try CommandRunner.run("/bin/sh", ["-c", command, CommandRunner.products + "/cgbundle", file])
        }
        let good = try run(Self.artifact)
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.contains("verified: standard input"))
        #expect(try run(SignatureCase.folder + "/other-artifact.txt").errors.contains("[vendor.signature]"))
    }

    @Test func `a digest stands for the file, but not with a key that hashes the content itself`() throws {
        let digest = try CommandRunner.run("sha256sum", [Self.artifact]).output.prefix(64)
        let given = ["verify-blob", "sha256:" + digest, "--signature"]
        let good = try CommandRunner.cgbundle(given + [Self.signature] + Self.vendor)
        #expect(good.status == 0, "\(good.errors)")
        let row = try SignatureCase.named("key-ed25519-detached")
        let ed25519 = try CommandRunner.cgbundle(given + [row.file("artifact.sig")] + row.options)
        #expect(ed25519.status == 3)
        #expect(
            ed25519.errors.contains("needs the bytes, of which only a digest is known [vendor.signature]"))
        let short = try CommandRunner.cgbundle(
            ["verify-blob", "sha256:abc", "--signature", Self.signature] + Self.vendor)
        #expect(short.status == 64)
        #expect(short.errors.contains("[digest.syntax]"))
    }

    @Test func `a file may have the form of a digest`() throws {
        let name = "sha256:" + String(repeating: "a", count: 64)
        try FileManager.default.copyItem(atPath: Self.artifact, toPath: place.path + "/" + name)
        let arguments = ["verify-blob", name, "--signature", Self.signature] + Self.vendor
        let result = try CommandRunner.cgbundle(arguments, in: place.path)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test(arguments: [
        (["--certificate-identity", "x"], "an identity is worth what its issuer is"),
        (["--certificate-oidc-issuer", "x"], "--certificate-identity"),
        (["--source-repository", "x"], "--certificate-identity"),
        (["--certificate-github-workflow-sha", "x"], "--certificate-identity"),
        (
            [
                "--certificate-identity", "x", "--certificate-identity-regexp", "^x$",
                "--certificate-oidc-issuer", "y",
            ], "one form each"
        ),
        (SignatureCase.identity + ["--key", "x"], "exclude each other"),
        (["--key", "x", "--insecure-ignore-sct"], "about certificates"),
        (["--key", "x", "--trust", "y"], "--trust says"),
        (["--release", "v1.0.0"], "give --trust"),
        (["--commit", String(repeating: "0", count: 40)], "give --trust"),
        (["--trust", "y", "--commit", "0123abc"], "expected 40 lowercase hex digits, found \"0123abc\""),
        (["--require", "sct"], "--require"),
        (["--require", "sct=1", "--require", "sct=2"], "each of tlog, sct and time once"),
        (["--signature", "x"], "one of them"),
        (["--certificate", "x"], "go with --signature"),
        (["--rfc3161-timestamp", "x"], "go with --signature"),
    ])
    func `options that do not say whom to believe are refused`(options: [String], sentence: String) throws {
        let result = try CommandRunner.cgbundle(Self.signed + options)
        #expect(result.status == 64)
        #expect(result.errors.contains(sentence), "\(result.errors)")
    }

    @Test func `an identity needs a root, a signature needs a signer, and a file needs a signature`() throws {
        let bundle = ["--bundle", Self.bundle]
        let rootless = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact] + bundle + SignatureCase.identity)
        #expect(rootless.status == 64)
        #expect(rootless.errors.contains("give --trusted-root"))
        let unnamed = try CommandRunner.cgbundle(Self.signed)
        #expect(unnamed.status == 64)
        #expect(unnamed.errors.contains("[vendor.none]"))
        let unsigned = try CommandRunner.cgbundle(["verify-blob", Self.artifact] + Self.vendor)
        #expect(unsigned.status == 64)
        #expect(unsigned.errors.contains("give the signature"))
        let both = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact, "--signature", "x", "--certificate", "y"] + Self.vendor)
        #expect(both.status == 64)
        #expect(both.errors.contains("--key and --certificate exclude each other"))
    }

    @Test(arguments: [
        ["--rekor-url", "https://rekor.example"], ["--ca-roots", "x"], ["--ca-intermediates", "x"],
        ["--certificate-chain", "x"], ["--timestamp-certificate-chain", "x"], ["--sct", "x"], ["--sk"],
        ["--slot", "signature"], ["--offline"], ["--new-bundle-format"], ["--private-infrastructure"],
    ])
    func `an option of cosign that is not here says why`(option: [String]) throws {
        let result = try CommandRunner.cgbundle(Self.signed + SignatureCase.identity + option)
        #expect(result.status == 64)
        let sentence = try #require(result.errors.firstMatch(of: /(--[a-z-]+) is refused: (.{20,})/))
        #expect(sentence.1 == option[0])
    }

    @Test(arguments: [
        "awskms:///alias/key", "k8s://ns/secret", "pkcs11:token=x", "https://x/cosign.pub", "env://K",
    ])
    func `a key that lies elsewhere is not fetched`(key: String) throws {
        let result = try CommandRunner.cgbundle(Self.signed + ["--key", key])
        #expect(result.status == 64)
        #expect(result.errors.contains("[key.reference]"))
    }

    @Test(arguments: [
        (
            ["verify-blob", "nowhere", "--bundle", bundle, "--trusted-root", root] + SignatureCase.identity,
            "nowhere"
        ),
        (
            ["verify-blob", artifact, "--bundle", "nowhere", "--trusted-root", root] + SignatureCase.identity,
            "nowhere"
        ),
        (
            ["verify-blob", artifact, "--bundle", bundle, "--trusted-root", "nowhere"]
                + SignatureCase.identity, "nowhere"
        ),
        (["verify-blob", artifact, "--signature", "nowhere"] + vendor, "nowhere"),
        (["verify-blob", artifact, "--signature", signature, "--key", "nowhere"], "nowhere"),
        (["verify-blob", artifact, "--bundle", bundle, "--trust", "nowhere"], "nowhere"),
    ])
    func `a file that is not there is named`(arguments: [String], name: String) throws {
        let result = try CommandRunner.cgbundle(arguments)
        #expect(result.status == 9)
        #expect(result.errors.contains("\(name): cannot be opened") && result.errors.contains("[file.open]"))
    }

    @Test func `a folder is no file`() throws {
        let result = try CommandRunner.cgbundle(
            ["verify-blob", place.path, "--signature", Self.signature] + Self.vendor)
        #expect(result.status == 9)
        #expect(result.errors.contains("[file.notregular]"))
    }

    @Test(arguments: [0, 1, 100, 2000])
    func `a bundle that was cut off is refused`(length: Int) throws {
        let cut = place.path + "/cut.json"
        try bytes(Self.bundle).prefix(length).write(to: URL(filePath: cut))
        let result = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact, "--bundle", cut, "--trusted-root", Self.root]
                + SignatureCase.identity)
        #expect(result.status == 3)
        #expect(
            result.errors.contains(length == 0 ? "[vendor.signature]" : "[vendor.json]"), "\(result.errors)")
    }

    @Test(arguments: [0, 1, 20, 70])
    func `a signature that was cut off is refused`(length: Int) throws {
        let cut = place.path + "/cut.sig"
        try bytes(Self.signature).prefix(length).write(to: URL(filePath: cut))
        let result = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact, "--signature", cut] + Self.vendor)
        #expect(result.status == 3)
        #expect(result.errors.contains("[vendor.signature]"), "\(result.errors)")
    }

    @Test func `the signature of another file is refused`() throws {
        let row = try SignatureCase.named("key-p256-detached")
        let swapped = SignatureCase.folder + "/other-artifact.txt"
        let result = try CommandRunner.cgbundle(["verify-blob", swapped] + row.evidence + row.options)
        #expect(result.status == 3)
        #expect(result.errors.contains("[vendor.signature]"))
    }

    @Test func `what a file is follows from its content`() throws {
        let renamed = place.path + "/looks.sig"
        try FileManager.default.copyItem(atPath: Self.bundle, toPath: renamed)
        let bundle = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact, "--signature", renamed, "--trusted-root", Self.root]
                + SignatureCase.identity)
        #expect(bundle.status == 0, "\(bundle.errors)")
        let bare = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact, "--bundle", Self.signature] + Self.vendor)
        #expect(bare.status == 0, "\(bare.errors)")
    }

    @Test func `of several bundles one good one is enough, and the others are told`() throws {
        let lines = place.path + "/bundles.jsonl"
        let other = try SignatureCase.named("other-workflow")
        let text = try [other.file("bundle.sigstore.json"), Self.bundle].map { path in
            String(decoding: try bytes(path).filter { $0 != 0x0a }, as: UTF8.self)
        }
        try Data((text.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: lines))
        let arguments = ["verify-blob", Self.artifact, "--bundle", lines, "--trusted-root", Self.root]
        let result = try CommandRunner.cgbundle(arguments + SignatureCase.identity)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("found in   \(lines), line 2, "))
        #expect(result.errors.contains("warning: \(lines), line 1: "))
        #expect(result.errors.contains("[vendor.identity]"))
    }

    @Test(arguments: [
        ("^https://github\\.com/cloudgrid-dev/cloudgrid/.*$", ""),
        ("https://github\\.com/cloudgrid-dev/cloudgrid/", "has no ^ and no $"),
        ("^https://github\\.com/cloudgrid-dev/cloudgrid/", "has no $"),
    ])
    func `a regular expression that is not anchored is told of`(expression: String, sentence: String) throws {
        let result = try CommandRunner.cgbundle(
            Self.signed + [
                "--certificate-identity-regexp", expression, "--certificate-oidc-issuer",
                SignatureCase.issuer,
            ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("[policy.unanchored]") == !sentence.isEmpty)
        #expect(result.errors.contains(sentence) || sentence.isEmpty)
    }

    @Test func `a waiver lets no single thing through, and that is said`() throws {
        let file = place.path + "/waiving.json"
        let text = try String(contentsOfFile: Sample.trust[1], encoding: .utf8)
        let waiver = #"{"object":"artifact.txt","reason":"ticket 4711","until":"2999-01-01"}"#
        try Data(
            text.replacing("\"trusted_root.json\"", with: "\"\(Self.root)\"")
                .replacing("\"checksums.txt\"", with: "\"*\"")
                .replacing("\"policies\":", with: "\"waivers\": [\(waiver)], \"policies\":").utf8
        ).write(to: URL(filePath: file))
        let trust = [
            "--trust", file, "--release", SignatureCase.release, "--commit", SignatureCase.commit,
        ]
        let sentence =
            "lets a release go on without proof and does not count here: ticket 4711 [policy.unused]"
        let bare = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact, "--signature", Self.signature] + trust)
        #expect(bare.status == 3)
        #expect(bare.errors.contains(sentence), "\(bare.errors)")
        let good = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact, "--bundle", Self.bundle, "--format", "json"] + trust)
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.errors.contains(sentence))
        let told = try JSONDecoder().decode(Verification.self, from: Data(good.output.utf8))
        #expect(told.warnings.contains { $0.contains(sentence) })
    }

    @Test func `a regular expression that is not understood is refused`() throws {
        let result = try CommandRunner.cgbundle(
            Self.signed + [
                "--certificate-identity-regexp", "(?=x)", "--certificate-oidc-issuer", SignatureCase.issuer,
            ])
        #expect(result.status == 64)
        #expect(result.errors.contains("[policy.regexp]"))
    }

    @Test func `a check that is left out is warned of and recorded`() throws {
        let row = try SignatureCase.named("sct-missing")
        let loose = row.options + ["--insecure-ignore-sct"]
        let text = try CommandRunner.cgbundle(row.command + loose)
        #expect(text.status == 0, "\(text.errors)")
        #expect(text.errors.contains("--insecure-ignore-sct: NOT CHECKED"))
        #expect(text.output.contains("not asked  sct"))
        let json = try CommandRunner.cgbundle(row.command + loose + ["--format", "json"])
        let told = try JSONDecoder().decode(Verification.self, from: Data(json.output.utf8))
        #expect(told.notAskedFor == ["sct"])
        #expect(told.warnings.contains { $0.contains("[vendor.ignored]") })
    }

    @Test func `without a log entry a certificate still needs a proven time`() throws {
        let stamped = try SignatureCase.named("bundle-without-log")
        let taken = try CommandRunner.cgbundle(stamped.command + stamped.options + ["--insecure-ignore-tlog"])
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(taken.errors.contains("--insecure-ignore-tlog: NOT CHECKED"))
        let timeless = try SignatureCase.named("detached-without-time")
        let refused = try CommandRunner.cgbundle(
            timeless.command + timeless.options + ["--insecure-ignore-tlog"])
        #expect(refused.status == 3)
        #expect(refused.errors.contains("[vendor.notime]"))
    }

    @Test func `a key's signature needs a log entry unless that is left out`() throws {
        let row = try SignatureCase.named("key-p256-detached")
        let key = ["--key", Sample.publicKey("vendor")]
        let strict = try CommandRunner.cgbundle(row.command + key)
        #expect(strict.status == 3)
        #expect(strict.errors.contains("[vendor.log]"))
        let logged = try SignatureCase.named("key-p256-rekor1")
        let good = try CommandRunner.cgbundle(logged.command + key + ["--trusted-root", Self.root])
        #expect(good.status == 0, "\(good.errors)")
    }

    @Test func `a time by a timestamp authority can be asked for`() throws {
        let logged = try CommandRunner.cgbundle(
            Self.signed + SignatureCase.identity + ["--use-signed-timestamps"])
        #expect(logged.status == 3)
        #expect(logged.errors.contains("[vendor.notime]"))
        let stamped = try SignatureCase.named("rekor1-timestamped")
        let good = try CommandRunner.cgbundle(stamped.command + stamped.options + ["--use-signed-timestamps"])
        #expect(good.status == 0, "\(good.errors)")
        #expect(good.output.contains("the time of the timestamp authority"))
    }

    @Test func `a statement about a file is no signature of it, and the reverse`() throws {
        let statement = try SignatureCase.named("attestation")
        let blob = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact] + statement.evidence + statement.options)
        #expect(blob.status == 3)
        #expect(blob.errors.contains("verify-attestation --type verifies that [vendor.predicate]"))
        let signature = try CommandRunner.cgbundle(
            ["verify-attestation", Self.artifact, "--bundle", Self.bundle, "--type", "slsaprovenance1"]
                + statement.options)
        #expect(signature.status == 3)
        #expect(signature.errors.contains("found a signature [vendor.predicate]"))
    }

    @Test(arguments: [
        ("attestation", "slsaprovenance1", 0), ("attestation", "slsaprovenance", 3),
        ("attestation", "slsaprovenance02", 3), ("attestation-slsa-v0.2", "slsaprovenance", 0),
        ("attestation-slsa-v0.2", "slsaprovenance02", 0), ("attestation-slsa-v0.2", "slsaprovenance1", 3),
        ("attestation", "spdxjson", 3), ("attestation", "provenance", 64), ("attestation", "", 64),
    ])
    func `a statement has to be of the kind asked for`(name: String, type: String, status: Int32) throws {
        let row = try SignatureCase.named(name)
        let result = try CommandRunner.cgbundle(
            ["verify-attestation", Self.artifact, "--type", type] + row.evidence + row.options)
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains("[vendor.predicate]") == (status == 3))
    }

    @Test func `the kind of a statement must be said`() throws {
        let row = try SignatureCase.named("attestation")
        let result = try CommandRunner.cgbundle(
            ["verify-attestation", Self.artifact] + row.evidence + row.options)
        #expect(result.status == 64)
        #expect(result.errors.contains("--type"))
    }

    @Test func `a trust file says who has to have signed by the file's name`() throws {
        let trust = try SignatureCase.named("bundle-v0.3").trust(in: place)
        let renamed = place.path + "/another.txt"
        try FileManager.default.copyItem(atPath: Self.artifact, toPath: renamed)
        let unmatched = try CommandRunner.cgbundle(["verify-blob", renamed, "--bundle", Self.bundle] + trust)
        #expect(unmatched.status == 3)
        #expect(unmatched.errors.contains("file another.txt: no policy of "))
        #expect(unmatched.errors.contains("[vendor.nopolicy]"))
        let nameless = try CommandRunner.cgbundle(["verify-blob", "-", "--bundle", Self.bundle] + trust)
        #expect(nameless.status == 64)
        #expect(nameless.errors.contains("[vendor.unnamed]"))
        let unversioned = try CommandRunner.cgbundle(
            ["verify-blob", Self.artifact, "--bundle", Self.bundle] + trust.prefix(2))
        #expect(unversioned.status == 64)
        #expect(unversioned.errors.contains("[vendor.version]"))
    }

    @Test func `the signature on a bundle's statement is one like any`() throws {
        let bundle = try SampleBundle()
        let result = try CommandRunner.cgbundle([
            "verify-blob", bundle.file + ".statement.json", "--bundle", bundle.file + ".sigstore.json",
            "--key",
            Sample.publicKey("alice"), "--insecure-ignore-tlog",
        ])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("not proven: nothing tells when it was signed"))
    }

    @Test func `the importer has the command too`() throws {
        let result = try CommandRunner.run(
            CommandRunner.products + "/cgbundle-importer", Self.signed + SignatureCase.identity)
        #expect(result.status == 0, "\(result.errors)")
    }
}

/// What the commands tell programs.
struct Verification: Decodable {
    struct Signature: Decodable {
        struct Signer: Decodable {
            let identity: String?
            let issuer: String?
            let key: String?
            let claims: [String: String]?
        }

        struct Time: Decodable {
            let time: String
            let source: String
        }

        struct Entry: Decodable {
            let log: String
            let index: Int
        }

        let name: String
        let verdict: String
        let reason: String?
        let format: String?
        let signer: Signer?
        let times: [Time]?
        let logEntries: [Entry]?
        let certificateLogs: [String]?
        let checks: [String]?
        let predicateType: String?
    }

    let ok: Bool
    let name: String
    let digest: String
    let signatures: [Signature]
    let notAskedFor: [String]
    let warnings: [String]
}
