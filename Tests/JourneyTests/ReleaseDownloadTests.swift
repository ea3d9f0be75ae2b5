import CommandRunner
import Foundation
import Servers
import Testing

/// Release files from a web server that plays the release host.
@Suite struct ReleaseDownloadTests {
    private let folder: WorkFolder
    private let sample: Sample

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
    }

    private var output: String { folder.path + "/cloudgrid.tar" }

    private typealias Reply = ScriptedServer.Reply

    /// The sample's file that a request asks for.
    private static func honest(_ request: ScriptedServer.Request) -> Reply {
        let target = request.target.prefix { $0 != "?" }
        let name = target.split(separator: "/").last.map(String.init) ?? ""
        let isOurs = target == "/releases/\(Sample.version)/\(name)"
        let content = FileManager.default.contents(atPath: Sample.release + "/" + name)
        guard isOurs, let content else { return Reply(404) }
        return Reply(200, [:], Array(content))
    }

    private func export(
        _ server: ScriptedServer, _ options: String..., plain: [ScriptedServer] = [],
    ) throws -> ProgramResult {
        let hosts = ([server] + plain).flatMap { ["--plain-http", "127.0.0.1:\($0.port)"] }
        return try RunningProgram.cgbundle(
            [
                "export", Sample.version, "--release-url", "http://127.0.0.1:\(server.port)/releases",
                "--images", CommandRunner.checkout + "/testdata/sample/images", "--output", output, "--key",
                sample.key,
            ] + hosts + options, environment: Sample.epoch)
    }

    /// Nothing is left, neither a bundle nor what was fetched.
    private func expectRefusal(_ result: ProgramResult, _ reason: String, _ status: Int32) throws {
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains("[\(reason)]"), "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `a version gives the same bundle as its folder, and leaves nothing beside it`() throws {
        let server = try ScriptedServer { request, _ in Self.honest(request) }
        let fetched = try export(server)
        #expect(fetched.status == 0, "\(fetched.errors)")
        #expect(
            fetched.errors.contains("not at the release host: ")
                && fetched.errors.contains("checksums.txt.pem"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 3)
        let other = try WorkFolder()
        #expect(try sample.export(to: other.path + "/cloudgrid.tar").status == 0)
        let (one, two) = (URL(filePath: output), URL(filePath: other.path + "/cloudgrid.tar"))
        #expect(try Data(contentsOf: one) == Data(contentsOf: two))
        #expect(server.requests.allSatisfy { $0.method == "GET" && $0.headers["authorization"] == nil })
        #expect(Set(server.requests.map(\.target)).count == server.requests.count)
    }

    @Test func `what is left out is not asked for`() throws {
        let server = try ScriptedServer { request, _ in Self.honest(request) }
        let result = try export(server, "--without-binaries", "--without-compose")
        #expect(result.status == 0, "\(result.errors)")
        #expect(!server.requests.contains { $0.target.hasSuffix(".zip") || $0.target.contains("compose") })
    }

    @Test(arguments: [
        ("release-manifest.json", "set.missing"), ("cloudgrid-bff.spdx.json", "set.missing"),
        ("cloudgrid-1.0.0-beta.tgz", "sums.extra"),
        ("control-plane_v1.0.0-beta_linux_amd64.zip", "sums.extra"),
    ])
    func `a promised file that is not there is a finding`(name: String, reason: String) throws {
        let server = try ScriptedServer { request, _ in
            request.target.hasSuffix("/" + name) ? Reply(404) : Self.honest(request)
        }
        let result = try export(server)
        #expect(result.errors.contains(name))
        #expect(result.errors.contains("[\(reason)]"), "\(result.errors)")
        try expectRefusal(result, reason, 6)
    }

    @Test func `a busy host and a cut answer are asked again`() throws {
        let server = try ScriptedServer { request, before in
            if before == 1 { return Reply(500) }
            let whole = Self.honest(request)
            let isCut = request.target.hasSuffix("/checksums.txt") && before < 9
            return isCut ? Reply(200, ["Content-Length": "100000"], Array("half".utf8)) : whole
        }
        let result = try export(server, "--concurrency", "1")
        #expect(result.status == 0, "\(result.errors)")
        let asked = server.requests.filter { $0.target.hasSuffix("/checksums.txt") }
        #expect(asked.count > 1)
    }

    @Test func `a file that is announced as larger than any may be is not read`() throws {
        let server = try ScriptedServer { _, _ in
            Reply(200, ["Content-Length": "99999999999"], Array("{}".utf8))
        }
        try expectRefusal(try export(server), "pull.toolarge", 8)
        let encoded = try ScriptedServer { _, _ in Reply(200, ["Content-Encoding": "gzip"], [0x1F, 0x8B]) }
        try expectRefusal(try export(encoded), "pull.encoding", 8)
    }

    @Test func `a refusal is told as it is, and is not repeated`() throws {
        let server = try ScriptedServer { _, _ in Reply(403) }
        try expectRefusal(try export(server), "auth.denied", 7)
        #expect(server.requests.count == 1)
    }

    @Test func `a redirect is followed to a host that may be asked, and no other in plain http`() throws {
        let store = try ScriptedServer { request, _ in
            Self.honest(request)
        }
        let server = try ScriptedServer { [port = store.port] request, _ in
            Reply(302, ["Location": "http://127.0.0.1:\(port)\(request.target)?sig=secret"])
        }
        let refused = try export(server)
        #expect(!refused.errors.contains("secret"))
        try expectRefusal(refused, "redirect.downgrade", 8)
        #expect(store.requests.isEmpty)
        let followed = try export(server, "--dry-run", plain: [store])
        #expect(followed.status == 0, "\(followed.errors)")
        #expect(store.requests.allSatisfy { $0.headers["authorization"] == nil } && !store.requests.isEmpty)
    }

    @Test func `a host that cannot be reached is told with the way around it`() throws {
        let server = try ScriptedServer { request, _ in Self.honest(request) }
        server.stop()
        let result = try export(server)
        #expect(result.status == 8, "\(result.errors)")
        #expect(result.errors.contains("put the release files into a folder"), "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `another version under the name that was asked for is refused`() throws {
        let server = try ScriptedServer { request, _ in Self.honest(request) }
        let result = try RunningProgram.cgbundle([
            "export", "v9.9.9", "--release-url", "http://127.0.0.1:\(server.port)/releases", "--plain-http",
            "127.0.0.1:\(server.port)", "--output", output, "--key", sample.key,
        ])
        try expectRefusal(result, "set.missing", 6)
    }

    @Test(arguments: [
        "http://127.0.0.1:1/x", "ftp://example.com", "https://a:b@example.com/", "https://h/x?y",
    ])
    func `an address that is none, or in plain http without leave, is a mistake in the command`(url: String)
        throws
    {
        let result = try RunningProgram.cgbundle([
            "export", Sample.version, "--release-url", url, "--output", output, "--key", sample.key,
        ])
        try expectRefusal(result, "release.url", 64)
    }
}
