import CommandRunner
import Foundation
import Servers
import Testing

/// Bare checksum signatures, completed by a transparency log when a release is exported.
@Suite struct RekorLookupTests {
    private let place: Scratch
    private let release: String
    private let key: String

    init() throws {
        place = try Scratch()
        release = place.path + "/release"
        try FileManager.default.copyItem(atPath: Sample.release, toPath: release)
        key = try Sample.privateKey("alice", in: place)
    }

    private static let answers = Sample.folder + "/trust/rekor"
    private static let name = "checksums.txt.sigstore.json"

    private var bundle: String { "\(release)/\(Self.name)" }

    /// A log that answers from the test data, each answer changed on its way.
    private static func log(
        naming change: @escaping @Sendable ([String]) -> [String] = { $0 },
        entry: @escaping @Sendable (String) -> String = { $0 },
    ) throws -> ScriptedServer {
        let known = try String(contentsOfFile: answers + "/index.json", encoding: .utf8)
        return try ScriptedServer { request, _ in
            func reply(_ text: String) -> ScriptedServer.Reply {
                ScriptedServer.Reply(200, ["Content-Type": "application/json"], Array(text.utf8))
            }
            if request.method == "POST", request.target == "/api/v1/index/retrieve" {
                let question = try? JSONDecoder().decode([String: String].self, from: Data(request.body))
                let index = try? JSONDecoder().decode([String: [String]].self, from: Data(known.utf8))
                let names = change(question?["hash"].flatMap { index?[$0] } ?? [])
                return reply("[\(names.map { "\"\($0)\"" }.joined(separator: ","))]")
            }
            guard let name = request.target.split(separator: "/").last, request.method == "GET",
                let text = try? String(contentsOfFile: "\(answers)/entries/\(name).json", encoding: .utf8)
            else { return ScriptedServer.Reply(404) }
            return reply(entry(text))
        }
    }

    private func export(_ log: ScriptedServer, _ options: [String] = []) throws -> CommandResult {
        let url = ["--rekor-lookup", "http://127.0.0.1:\(log.port)", "--plain-http", "127.0.0.1:\(log.port)"]
        return try CommandRunner.cgbundle(
            Sample.export(
                to: place.path + "/cloudgrid.tar", release: release, keys: [key], options: url + options))
    }

    @Test func `a bare signature is completed, travels, and verifies without a network`() throws {
        let log = try Self.log()
        let exported = try export(log)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(
            exported.errors.contains(
                "as a signature over lines 1 to 1 of 5 by \(SignatureCase.workflow)@refs/heads/main"))
        #expect(exists(bundle))
        log.stop()
        let verified = try CommandRunner.cgbundle(
            ["verify", place.path + "/cloudgrid.tar", "--format", "json"] + Sample.publicKeys(["alice"])
                + Sample.trust)
        #expect(verified.status == 0, "\(verified.errors)")
        #expect(verified.output.contains("\"verdict\": \"verified-prefix\""))
        let part = place.path + "/signed-part"
        let lines = try String(contentsOfFile: release + "/checksums.txt", encoding: .utf8).split(
            separator: "\n")
        try Data("\(lines[0])\n".utf8).write(to: URL(filePath: part))
        let blob = try CommandRunner.cgbundle(
            [
                "verify-blob", part, "--bundle", bundle, "--trusted-root",
                Sample.folder + "/trust/trusted_root.json",
            ]
                + SignatureCase.identity.map {
                    $0.replacing("refs/tags/\(SignatureCase.release)", with: "refs/heads/main")
                })
        #expect(blob.status == 0, "\(blob.errors)")
    }

    @Test func `the longest beginning is asked for first, and nothing is sent but digests`() throws {
        let log = try Self.log()
        #expect(try export(log).status == 0)
        let asked = log.requests.filter { $0.method == "POST" }
        #expect(asked.count == 5)
        let whole = try CommandRunner.run("sha256sum", [release + "/checksums.txt"]).output.prefix(64)
        #expect(asked.first?.body == Array("{\"hash\":\"sha256:\(whole)\"}".utf8))
        #expect(log.requests.allSatisfy { $0.method == "POST" || $0.body.isEmpty })
    }

    // What the log gives first is somebody else's entry for the same bytes, with a signature of its own.
    @Test func `an entry of another signature is not taken`() throws {
        let log = try Self.log(naming: { Array($0.prefix(1)) })
        let exported = try export(log)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(exported.errors.contains("[rekor.absent]"))
        #expect(!exists(bundle))
    }

    @Test(arguments: [
        (#""integratedTime": "#, #""integratedTime": 1"#, "vendor."),
        (#""logIndex": 40"#, #""logIndex": 41"#, "vendor."),
        (#""treeSize": "#, #""treeSize": 1"#, "vendor."),
        (#""rootHash": "#, #""notRootHash": "#, "json.shape"),
        (#""body": ""#, #""body": "!"#, "rekor.answer"),
    ])
    func `an entry that does not hold is not taken`(text: String, other: String, reason: String) throws {
        let log = try Self.log(entry: { $0.replacingOccurrences(of: text, with: other) })
        let exported = try export(log)
        #expect(exported.errors.contains("[\(reason)"), "\(exported.errors)")
        #expect(exported.status == (reason == "vendor." ? 0 : 4))
        #expect(!exists(bundle))
    }

    @Test func `an entry by somebody whom the trust file does not name is not taken`() throws {
        let log = try Self.log()
        let trust = place.path + "/trust.json"
        let text = try String(contentsOfFile: Sample.folder + "/trust/trust.json", encoding: .utf8)
            .replacingOccurrences(of: "trusted_root.json", with: Sample.folder + "/trust/trusted_root.json")
        let parts = text.components(separatedBy: #""checksums.txt""#)
        try #require(parts.count == 2)
        let stricter =
            parts[0] + #""checksums.txt""#
            + parts[1].replacingOccurrences(of: "release.yml", with: "checksums.yml")
        try Data(stricter.utf8).write(to: URL(filePath: trust))
        let url = "127.0.0.1:\(log.port)"
        let exported = try CommandRunner.cgbundle([
            "export", release, "--images", Sample.images, "--output", place.path + "/cloudgrid.tar", "--key",
            key,
            "--trust", trust, "--rekor-lookup", "http://\(url)", "--plain-http", url,
        ])
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(exported.errors.contains("has an entry of it that is not good enough"))
        #expect(exported.errors.contains("[vendor.identity]"))
        #expect(!exists(bundle))
    }

    @Test func `what is there already is not asked for`() throws {
        try Data("{}".utf8).write(to: URL(filePath: bundle))
        let log = try Self.log()
        _ = try export(log)
        #expect(log.requests.isEmpty)
        #expect(try bytes(bundle) == Data("{}".utf8))
    }

    @Test func `without the option no log is asked`() throws {
        let log = try Self.log()
        let exported = try CommandRunner.cgbundle(
            Sample.export(to: place.path + "/cloudgrid.tar", release: release, keys: [key]))
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(log.requests.isEmpty)
        #expect(!exists(bundle))
    }

    @Test func `a log that leads elsewhere or names strange entries is refused`() throws {
        let elsewhere = try Self.log()
        let leading = try ScriptedServer { request, _ in
            ScriptedServer.Reply(302, ["Location": "http://127.0.0.1:\(elsewhere.port)\(request.target)"])
        }
        #expect(try export(leading).status != 0)
        #expect(elsewhere.requests.isEmpty)
        let strange = try export(try Self.log(naming: { _ in ["../../secret"] }))
        #expect(strange.status == 4)
        #expect(strange.errors.contains("[rekor.answer]"))
        #expect(!exists(bundle))
    }

    @Test(arguments: [
        (["--rekor-lookup", "ftp://x"], "[rekor.url]"),
        (["--rekor-lookup", "http://127.0.0.1:1"], "[rekor.url]"),
        (["--rekor-lookup", "https://x", "--dry-run"], "--dry-run nothing"),
    ])
    func `a lookup that cannot be is refused`(options: [String], sentence: String) throws {
        let result = try CommandRunner.cgbundle(
            Sample.export(to: place.path + "/cloudgrid.tar", release: release, keys: [key], options: options))
        #expect(result.status == 64)
        #expect(result.errors.contains(sentence), "\(result.errors)")
    }
}
