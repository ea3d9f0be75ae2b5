import CommandRunner
import Foundation
import Servers
import Synchronization
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
            ] + Sample.trust + hosts + options, environment: Sample.epoch)
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
                && fetched.output.contains("  absent     not promised, and not there: "))
        #expect(fetched.output.contains("checksums.txt.pem"))
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
        let isFirst = Atomic(true)
        let server = try ScriptedServer { request, before in
            if before == 1 { return Reply(500) }
            let whole = Self.honest(request)
            let isCut =
                request.target.hasSuffix("/checksums.txt") && isFirst.exchange(false, ordering: .relaxed)
            return isCut ? Reply(200, ["Content-Length": "100000"], Array("half".utf8)) : whole
        }
        let result = try export(server, "--concurrency", "1")
        #expect(result.status == 0, "\(result.errors)")
        let asked = server.requests.filter { $0.target.hasSuffix("/checksums.txt") }
        #expect(asked.count > 1)
        #expect(result.errors.contains(" answered 500: attempt 2 of 8 in "))
        #expect(result.errors.contains("asked again "))
    }

    @Test func `the release host and the registries are waited for out of one purse`() throws {
        struct Outcome: Decodable {
            struct Retries: Decodable { let causes: [String: Int] }
            let retries: Retries
        }
        let server = try ScriptedServer { request, before in
            before == 1 ? Reply(429, ["Retry-After": "1"]) : Self.honest(request)
        }
        let proxy = try RegistryProxy(to: sample.source)
        let left = Atomic(1)
        proxy.alter { _, _ in
            left.subtract(1, ordering: .relaxed).oldValue > 0 ? Reply(503, ["Retry-After": "1"]) : nil
        }
        let export = [
            "export", Sample.version, "--release-url", "http://127.0.0.1:\(server.port)/releases",
            "--source-registry", proxy.host + "/cloudgrid-dev", "--plain-http", proxy.host, "--plain-http",
            "127.0.0.1:\(server.port)", "--format", "json", "--dry-run", "--output", output,
        ]
        let result = try RunningProgram.cgbundle(
            export + ["--key", sample.key] + Sample.trust, environment: Sample.epoch)
        #expect(result.status == 0, "\(result.errors)")
        let retries = try JSONDecoder().decode(Outcome.self, from: Data(result.output.utf8)).retries
        #expect(retries.causes == ["rate.limited": 1, "unavailable": 1])
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
        let result = try export(server)
        try expectRefusal(result, "auth.denied", 7)
        #expect(result.errors.contains("no credential is ever sent there"), "\(result.errors)")
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

    @Test func `over https files come from the host that the release host names, by a private authority`()
        throws
    {
        let kept = try WorkFolder()
        defer { withExtendedLifetime(kept) {} }
        let place = URL(filePath: kept.path)
        let authority = try CertificateAuthority(in: place)
        for (name, names) in [("host", "IP:127.0.0.1"), ("storage", "DNS:localhost")] {
            try authority.issue(name, names: names)
        }
        let store = try ScriptedServer { request, _ in Self.honest(request) }
        let storage = try TLSFront(to: store.port, certificate: place.appending(path: "storage").path)
        let server = try ScriptedServer { [port = storage.port] request, _ in
            Reply(302, ["Location": "https://localhost:\(port)\(request.target)?sig=planted"])
        }
        let front = try TLSFront(to: server.port, certificate: place.appending(path: "host").path)
        func export(_ options: String...) throws -> ProgramResult {
            try RunningProgram.cgbundle(
                [
                    "export", Sample.version, "--release-url", "https://127.0.0.1:\(front.port)/releases",
                    "--images", CommandRunner.checkout + "/testdata/sample/images", "--output", output,
                    "--key", sample.key,
                ] + Sample.trust + options, environment: Sample.epoch)
        }
        try expectRefusal(try export(), "tls.untrusted", 8)
        #expect(server.requests.isEmpty)
        let fetched = try export("--ca-file", authority.certificate.path)
        #expect(fetched.status == 0, "\(fetched.errors)")
        #expect(store.requests.allSatisfy { $0.headers["authorization"] == nil } && !store.requests.isEmpty)
    }

    @Test func `a file that was announced shorter than it is contradicts its checksum`() throws {
        let server = try ScriptedServer { request, _ in
            let whole = Self.honest(request)
            guard request.target.hasSuffix("/cloudgrid-local.sh") else { return whole }
            return Reply(200, ["Content-Length": "10"], Array("#!/bin/sh\nexit 0\n".utf8))
        }
        let result = try export(server)
        #expect(result.errors.contains("cloudgrid-local.sh"))
        try expectRefusal(result, "sums.digest", 5)
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
        func export(from server: ScriptedServer) throws -> ProgramResult {
            try RunningProgram.cgbundle(
                [
                    "export", "v9.9.9", "--release-url", "http://127.0.0.1:\(server.port)/releases",
                    "--plain-http", "127.0.0.1:\(server.port)", "--output", output, "--key", sample.key,
                ] + Sample.trust)
        }
        try expectRefusal(try export(from: server), "set.missing", 6)
        let mixed = try ScriptedServer { request, _ in
            Self.honest(request.asking(for: request.target.replacing("v9.9.9", with: Sample.version)))
        }
        let other = try export(from: mixed)
        #expect(other.errors.contains("expected version v9.9.9, found \(Sample.version)"))
        try expectRefusal(other, "set.version", 6)
        #expect(mixed.requests.map(\.target) == ["/releases/v9.9.9/release-manifest.json"])
    }

    @Test func `what proves a file is asked for beside each, a certificate where there is a signature`()
        throws
    {
        let signed = "cloudgrid-bff.spdx.json"
        let server = try ScriptedServer { request, _ in
            request.target.hasSuffix("/\(signed).sig")
                ? Reply(200, [:], Array("c2ln".utf8)) : Self.honest(request)
        }
        let result = try export(server, "--format", "json")
        #expect(result.status == 0, "\(result.errors)")
        let names = Set(server.requests.compactMap { $0.target.split(separator: "/").last.map(String.init) })
        let released = try FileManager.default.contentsOfDirectory(atPath: Sample.release)
        for name in released where !name.hasSuffix(".sig") {
            for ending in [".sig", ".sigstore.json", ".bundle", ".jsonl", ".intoto.jsonl", ".sigstore.jsonl"]
            {
                #expect(names.contains(name + ending))
            }
            let isSigned = name == signed || released.contains(name + ".sig")
            #expect(names.contains(name + ".pem") == isSigned, "\(name)")
        }
        #expect(!names.contains { $0.hasSuffix(".sig.sig") || $0.hasSuffix(".sig.bundle") })
        let said = try Outcome(result)
        #expect(said.files.contains { $0.name == signed + ".sig" })
        #expect(said.notFound.contains(signed + ".pem") && !said.notFound.contains(signed + ".sig"))
        #expect(said.absent.contains("checksums.txt.bundle") && !said.absent.contains(signed + ".pem"))
        // No more than eight requests a file and one for each name that every release may have.
        #expect(server.requests.count <= 8 * said.files.count + 41)
    }

    @Test func `attestations are asked for, and count for what they are about`() throws {
        let made = try WorkFolder()
        defer { withExtendedLifetime(made) {} }
        let sample = made.path + "/sample"
        let result = try CommandRunner.run(
            CommandRunner.checkout + "/scripts/make-testdata", ["--attestations", "--output", sample])
        #expect(result.status == 0, "\(result.errors)")
        let server = try ScriptedServer { request, _ in
            let name = request.target.split(separator: "/").last.map(String.init) ?? ""
            let content = FileManager.default.contents(atPath: "\(sample)/release/\(name)")
            return content.map { Reply(200, [:], Array($0)) } ?? Reply(404)
        }
        let fetched = try export(server, "--format", "json")
        #expect(fetched.status == 0, "\(fetched.errors)")
        let names = server.requests.compactMap { $0.target.split(separator: "/").last.map(String.init) }
        for name in ["attestation.jsonl", "multiple.intoto.jsonl", "cloudgrid-bff.sigstore.jsonl"] {
            #expect(names.contains(name))
        }
        #expect(!names.contains { $0.contains(".jsonl.") })
        let said = try Outcome(fetched)
        let zip = "storage-read_v1.0.0-beta_linux_amd64.zip"
        #expect(said.evidence(of: zip) == ["attestations.jsonl, line 1"])
        #expect(said.evidence(of: "cloudgrid-1.0.0-beta.tgz").contains("attestations.jsonl, line 2"))
        #expect(said.evidence(of: "release-values.yaml") == ["release-values.yaml.intoto.jsonl"])
        for name in ["attestations.jsonl", "release-values.yaml.intoto.jsonl"] {
            #expect(said.coverage.contains { $0.name == name && $0.coverage == "proof" })
        }
    }

    /// What an export says with `--format json`.
    private struct Outcome: Decodable {
        struct File: Decodable {
            let name: String
        }

        struct Row: Decodable {
            let name: String
            let coverage: String
        }

        struct Verification: Decodable {
            struct Object: Decodable {
                let name: String
                let evidence: [File]
            }

            let objects: [Object]
        }

        let files: [File]
        let coverage: [Row]
        let verification: Verification
        let absent: [String]
        let notFound: [String]

        init(_ result: ProgramResult) throws {
            self = try JSONDecoder().decode(Self.self, from: Data(result.output.utf8))
        }

        func evidence(of name: String) -> [String] {
            verification.objects.first { $0.name == name }?.evidence.map(\.name) ?? []
        }
    }

    @Test(arguments: [
        "http://127.0.0.1:1/x", "ftp://example.com", "https://a:b@example.com/", "https://h/x?y",
    ])
    func `an address that is none, or in plain http without leave, is a mistake in the command`(url: String)
        throws
    {
        let result = try RunningProgram.cgbundle(
            [
                "export", Sample.version, "--release-url", url, "--output", output, "--key", sample.key,
            ] + Sample.trust)
        try expectRefusal(result, "release.url", 64)
    }
}
