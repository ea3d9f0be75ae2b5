import CommandRunner
import Foundation
import Servers
import Testing

/// Release files whose names the release host's API lists. One scripted server is API and release host.
@Suite struct ReleaseAPITests {
    private let folder: WorkFolder
    private let sample: Sample

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
    }

    private typealias Request = ScriptedServer.Request
    private typealias Reply = ScriptedServer.Reply

    private static let repository = "/api/repos/cloudgrid-dev/cloudgrid"
    private static let byTag = repository + "/releases/tags/" + Sample.version
    private static let list = repository + "/releases/7/assets"

    private var output: String { folder.path + "/cloudgrid.tar" }

    private static func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Sample.release).sorted()
    }

    private static func content(_ name: String) -> Data? {
        FileManager.default.contents(atPath: Sample.release + "/" + name)
    }

    /// The sample's asset as GitHub describes it, with a digest of other bytes.
    private static func asset(_ name: String, size: Int? = nil, state: String = "uploaded") -> String {
        let size = size ?? content(name)?.count ?? 0
        let digest = "sha256:" + String(repeating: "0", count: 64)
        return """
            {"id":1,"name":"\(name)","label":null,"state":"\(state)","size":\(size),"digest":"\(digest)",\
            "uploader":{"login":"bot"},"browser_download_url":"http://127.0.0.1:1/\(name)"}
            """
    }

    private static func assets() throws -> [String] { try names().map { asset($0) } }

    private static func json(_ text: String, _ headers: [String: String] = [:]) -> Reply {
        Reply(
            200, ["Content-Type": "application/json; charset=utf-8"].merging(headers) { $1 }, Array(text.utf8)
        )
    }

    /// Answers as the release host and its API do.
    private static func honest(_ request: Request, _ assets: [String], pageSize: Int = 100) -> Reply {
        let parts = request.target.split(separator: "?", maxSplits: 1).map(String.init)
        switch parts[0] {
        case byTag: return json(#"{"id":7,"tag_name":"\#(Sample.version)","assets":[],"draft":false}"#)
        case list:
            let number =
                parts[1].split(separator: "&").compactMap {
                    $0.hasPrefix("page=") ? Int($0.dropFirst(5)) : nil
                }.first ?? 1
            let rest = assets.dropFirst((number - 1) * pageSize)
            // The address is another host's: only that there is one may count.
            let next = rest.count > pageSize ? ["Link": #"<http://127.0.0.1:1/x?page=2>; rel="next""#] : [:]
            return json("[\(rest.prefix(pageSize).joined(separator: ","))]", next)
        default:
            let name = parts[0].split(separator: "/").last.map(String.init) ?? ""
            let isOurs = parts[0] == "/releases/\(Sample.version)/\(name)"
            return content(name).flatMap { isOurs ? Reply(200, [:], Array($0)) : nil } ?? Reply(404)
        }
    }

    private func export(_ server: ScriptedServer, usesAPI: Bool = true, _ options: String...) throws
        -> ProgramResult
    {
        let base = "http://127.0.0.1:\(server.port)"
        return try RunningProgram.cgbundle(
            [
                "export", Sample.version, "--release-url", base + "/releases", "--images",
                CommandRunner.checkout + "/testdata/sample/images", "--output", output, "--key", sample.key,
                "--plain-http", "127.0.0.1:\(server.port)",
            ] + (usesAPI ? ["--release-api", base + Self.repository] : []) + Sample.trust + options,
            environment: Sample.epoch.merging(["GITHUB_TOKEN": "ghp_planted"]) { $1 })
    }

    private struct Outcome: Decodable {
        struct Download: Decodable {
            let files: Int
            let requests: Int
            let apiRequests: Int
            let names: String
            let apiFault: String?
        }

        let download: Download
        let notFound: [String]

        init(_ result: ProgramResult) throws {
            self = try JSONDecoder().decode(Self.self, from: Data(result.output.utf8))
        }
    }

    private func expectSameBundle() throws {
        let other = try WorkFolder()
        #expect(try sample.export(to: other.path + "/cloudgrid.tar").status == 0)
        let (one, two) = (URL(filePath: output), URL(filePath: other.path + "/cloudgrid.tar"))
        #expect(try Data(contentsOf: one) == Data(contentsOf: two))
    }

    private func expectRefusal(_ result: ProgramResult, _ reason: String, _ status: Int32) throws {
        #expect(result.status == status, "\(result.errors)")
        #expect(result.errors.contains("[\(reason)]"), "\(result.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    }

    @Test func `the listed files are fetched and nothing else is asked for`() throws {
        let assets = try Self.assets()
        let server = try ScriptedServer { request, _ in Self.honest(request, assets) }
        let result = try export(server)
        #expect(result.status == 0, "\(result.errors)")
        let count = try Self.names().count
        #expect(
            result.output.contains(
                "  fetched    \(count) release files, listed by the release API, in \(count + 2) requests to the release "
                    + "host (2 of them to its API)"), "\(result.output)")
        try expectSameBundle()
        let fetched = server.requests.map(\.target).filter { $0.hasPrefix("/releases/") }
        #expect(try fetched.sorted() == Self.names().map { "/releases/\(Sample.version)/\($0)" })
        #expect(server.requests.count == count + 2)
        #expect(server.requests.allSatisfy { $0.method == "GET" && $0.headers["authorization"] == nil })
        #expect(!server.requests.contains { $0.headers.values.contains { $0.contains("planted") } })
    }

    @Test func `the number of requests is printed with the API and without it`() throws {
        let assets = try Self.assets()
        let server = try ScriptedServer { request, _ in Self.honest(request, assets) }
        let listed = try export(server, "--dry-run", "--format", "json")
        #expect(listed.status == 0, "\(listed.errors)")
        let first = try Outcome(listed).download
        #expect(first.names == "listed" && first.apiFault == nil && first.apiRequests == 2)
        #expect(first.requests == server.requests.count && first.files == assets.count)
        let predicted = try export(server, usesAPI: false, "--dry-run", "--format", "json")
        #expect(predicted.status == 0, "\(predicted.errors)")
        let second = try Outcome(predicted).download
        #expect(second.names == "predicted" && second.apiFault == nil && second.apiRequests == 0)
        #expect(second.requests == server.requests.count - first.requests)
        #expect(second.files == assets.count)
    }

    @Test func `what is left out and what the release lacks is not asked for`() throws {
        let assets = try Self.assets().filter { !$0.contains("release-values.yaml") }
        let server = try ScriptedServer { request, _ in Self.honest(request, assets) }
        let result = try export(
            server, "--without-binaries", "--without-compose", "--allow-missing", "release-values.yaml",
            "--format",
            "json")
        #expect(result.status == 0, "\(result.errors)")
        let targets = server.requests.map(\.target)
        #expect(!targets.contains { $0.hasSuffix(".zip") || $0.contains("compose") || $0.contains("values") })
        #expect(try Outcome(result).notFound == ["release-values.yaml"])
    }

    @Test func `every page of the list is read, at the API's own address`() throws {
        let assets = try Self.assets()
        let server = try ScriptedServer { request, _ in Self.honest(request, assets, pageSize: 7) }
        let result = try export(server)
        #expect(result.status == 0, "\(result.errors)")
        try expectSameBundle()
        let pages = server.requests.map(\.target).filter { $0.hasPrefix(Self.list) }
        #expect(pages == (1...(assets.count + 6) / 7).map { "\(Self.list)?per_page=100&page=\($0)" })
    }

    /// Answers of the API that give no list.
    private enum Trouble: String, CaseIterable {
        case forbidden, busy, absent, noList, page, noObject, otherTag, path, space, twice, folded, unfinished
        case noManifest, noSize, endless, elsewhere, huge
    }

    private static func troubled(_ request: Request, _ trouble: Trouble, _ assets: [String]) -> Reply {
        let path = request.target.prefix { $0 != "?" }
        guard request.target.hasPrefix("/api/") else { return honest(request, assets) }
        func adding(_ asset: String) -> Reply { honest(request, [asset] + assets) }
        switch trouble {
        case .forbidden: return Reply(403, [:], Array(#"{"message":"API rate limit exceeded"}"#.utf8))
        case .busy: return Reply(429, ["Retry-After": "0"])
        case .absent: return Reply(404, [:], Array(#"{"message":"Not Found"}"#.utf8))
        case .noList: return path == list ? Reply(404) : honest(request, assets)
        case .page: return Reply(200, ["Content-Type": "text/html"], Array("<html>sign in</html>".utf8))
        case .noObject: return json("[]")
        case .otherTag:
            return path == byTag ? json(#"{"id":7,"tag_name":"v9.9.9"}"#) : honest(request, assets)
        case .path: return adding(asset("../../etc/cron.d/x"))
        case .space: return adding(asset("a b.txt"))
        case .twice: return adding(asset("checksums.txt"))
        case .folded: return adding(asset("CHECKSUMS.TXT"))
        case .unfinished: return adding(asset("late.json", state: "starter"))
        case .noManifest: return honest(request, assets.filter { !$0.contains("release-manifest.json") })
        case .noSize: return adding(#"{"name":"x.txt","size":"12"}"#)
        case .endless:
            let page = "[\(asset("x\(request.target.hashValue.magnitude).txt"))]"
            return path == list ? json(page, ["Link": #"<x>; rel="next""#]) : honest(request, assets)
        case .elsewhere: return Reply(301, ["Location": "http://127.0.0.2:9/repositories/1"])
        case .huge: return Reply(200, ["Content-Length": "99999999999"], Array("[".utf8))
        }
    }

    @Test(arguments: Trouble.allCases.map(\.rawValue))
    func `without a usable list the usual names are asked for, and a warning gives the reason`(
        trouble: String
    )
        throws
    {
        let trouble = try #require(Trouble(rawValue: trouble))
        let assets = try Self.assets()
        let server = try ScriptedServer { request, _ in Self.troubled(request, trouble, assets) }
        let result = try export(server, "--format", "json")
        #expect(result.status == 0, "\(result.errors)")
        #expect(
            result.errors.contains("warning: the release API gives no list of the files"), "\(result.errors)")
        let download = try Outcome(result).download
        #expect(download.names == "predicted" && download.files == assets.count)
        #expect(download.apiFault?.isEmpty == false && download.requests == server.requests.count)
        let asked = server.requests.count { $0.target.hasPrefix("/api/") }
        #expect(download.apiRequests == asked && asked <= 41)
        if trouble == .busy { #expect(asked == 3) }
        #expect(!server.requests.contains { $0.target.contains("cron") || $0.target.contains("late") })
        try expectSameBundle()
    }

    @Test func `a redirect of the API is followed on its own host`() throws {
        let assets = try Self.assets()
        let moved = "/api/repositories/9"
        let server = try ScriptedServer { request, _ in
            if request.target.hasPrefix(Self.repository) {
                return Reply(301, ["Location": request.target.replacing(Self.repository, with: moved)])
            }
            return Self.honest(
                request.asking(for: request.target.replacing(moved, with: Self.repository)), assets)
        }
        let result = try export(server, "--dry-run", "--format", "json")
        #expect(result.status == 0, "\(result.errors)")
        let download = try Outcome(result).download
        #expect(download.names == "listed" && download.apiRequests == 4)
    }

    @Test func `a redirect of the API to another host is not followed`() throws {
        let assets = try Self.assets()
        let other = try ScriptedServer { request, _ in Self.honest(request, assets) }
        let server = try ScriptedServer { [port = other.port] request, _ in
            guard request.target.hasPrefix("/api/") else { return Self.honest(request, assets) }
            return Reply(302, ["Location": "http://127.0.0.1:\(port)\(request.target)"])
        }
        let result = try export(
            server, "--plain-http", "127.0.0.1:\(other.port)", "--dry-run", "--format", "json")
        #expect(result.status == 0, "\(result.errors)")
        #expect(try Outcome(result).download.names == "predicted")
        #expect(other.requests.isEmpty)
    }

    @Test(arguments: [(1, "pull.size", 5), (-1, "pull.toolarge", 8)])
    func `a file of another size than listed is refused`(difference: Int, reason: String, status: Int32)
        throws
    {
        let name = "cloudgrid-bff.spdx.json"
        let size = try #require(Self.content(name)).count
        let assets = try Self.names().map { Self.asset($0, size: $0 == name ? size + difference : nil) }
        for isAnnounced in [true, false] {
            let server = try ScriptedServer { request, _ in
                guard request.target.hasSuffix("/" + name), !isAnnounced else {
                    return Self.honest(request, assets)
                }
                let chunk = "\(String(size, radix: 16))\r\n"
                let body =
                    Array(chunk.utf8) + Array(Self.content(name) ?? Data()) + Array("\r\n0\r\n\r\n".utf8)
                return Reply(200, ["Transfer-Encoding": "chunked", "Content-Length": ""], body)
            }
            let result = try export(server)
            #expect(result.errors.contains(name))
            try expectRefusal(result, reason, status)
        }
    }

    @Test func `a listed file that the host does not have is refused`() throws {
        let assets = try Self.assets() + [Self.asset("notes.txt", size: 3)]
        let server = try ScriptedServer { request, _ in Self.honest(request, assets) }
        let result = try export(server)
        #expect(result.errors.contains("notes.txt"))
        try expectRefusal(result, "pull.absent", 8)
    }

    @Test func `without a list the zips are found though no checksum file lists them`() throws {
        let assets = try Self.assets()
        let server = try ScriptedServer { request, _ in
            request.target.hasSuffix("/binaries-checksums.txt") ? Reply(404) : Self.honest(request, assets)
        }
        let result = try export(server, usesAPI: false, "--dry-run", "--format", "json")
        #expect(result.status == 0, "\(result.errors)")
        let fetched = Set(server.exchanges.filter { $0.status == 200 }.map(\.path))
        #expect(fetched.count { $0.hasSuffix(".zip") } == 35)
        let asked = Set(server.requests.map(\.target))
        #expect(asked.contains("/releases/\(Sample.version)/checksums-darwin-arm64.txt"))
    }

    @Test(arguments: [
        "http://127.0.0.1:1/x", "ftp://example.com", "https://a:b@example.com/", "https://h/x?y",
    ])
    func `an address of an API that is not one is a mistake in the command`(url: String) throws {
        let result = try RunningProgram.cgbundle(
            ["export", Sample.version, "--release-api", url, "--output", output, "--key", sample.key]
                + Sample.trust)
        #expect(result.errors.contains("--release-api"))
        try expectRefusal(result, "release.url", 64)
    }
}
