import Foundation
import OCI
import Servers
import Synchronization
import Testing

@testable import Registry

/// Files of a web server that need no credential: what is followed, what is asked for again, and where it ends.
@Suite struct WebFilesTests {
    private typealias Reply = ScriptedServer.Reply

    private static let bytes = content(5000)
    private static let good = Reply(200, [:], bytes)

    /// The beginning of the file, and then silence.
    private static func held(_ beginning: [UInt8]) -> Reply {
        var reply = Reply(200, ["Content-Length": "5000"], beginning)
        reply.isHeld = true
        return reply
    }

    /// What a fetch gave: nothing where there is no such file.
    private func fetch(
        _ base: String, upTo limit: Int = 1 << 20, options change: (inout RegistryOptions) throws -> Void,
    ) async throws -> [UInt8]? {
        var options = RegistryOptions()
        options.pause = { _ in }
        try change(&options)
        let transport = try HTTPTransport(options: options)
        let result: Result<[UInt8]?, any Error>
        do {
            let files = try #require(WebFiles(base, options: options, transport: transport))
            var found: [UInt8] = []
            let isThere = try await files.fetch("v1/file", upTo: limit) { _ in
                found = []
            } into: { piece in
                found += piece
            }
            result = .success(isThere ? found : nil)
        } catch {
            result = .failure(error)
        }
        try await transport.shutdown()
        return try result.get()
    }

    /// From a server that answers in plain http, with leave.
    private func fetch(
        _ server: ScriptedServer, upTo limit: Int = 1 << 20,
        options change: (inout RegistryOptions) -> Void = { _ in },
    ) async throws -> [UInt8]? {
        try await fetch("http://127.0.0.1:\(server.port)/files", upTo: limit) {
            $0.plainHTTP = [try RegistryHost("127.0.0.1:\(server.port)")]
            change(&$0)
        }
    }

    @Test func `a stall is noticed, and the file asked for again from its beginning`() async throws {
        let server = try ScriptedServer { _, before in
            guard before == 0 else { return Self.good }
            return Self.held(Array(Self.bytes.prefix(1000)))
        }
        #expect(try await fetch(server) { $0.stallTimeout = .milliseconds(200) } == Self.bytes)
        #expect(server.requests.count > 1)
    }

    @Test func `a server that never goes on is given up`() async throws {
        let server = try ScriptedServer { _, _ in Self.held([1]) }
        let word = await reason {
            try await fetch(server) {
                $0.stallTimeout = .milliseconds(100)
                $0.maximumAttempts = 3
            }
        }
        #expect(word == "unreachable.stall")
        #expect(server.requests.count == 3)
    }

    @Test func `a slow server is waited for as long as something comes`() async throws {
        // 20 pieces whose pauses are two stall limits together, and each a fraction of one: where the limit was for the
        // whole file, no attempt would ever come to its end.
        let server = try ScriptedServer { _, _ in
            var slow = Self.good
            slow.drip = (260, 0.1)
            return slow
        }
        let found = try await fetch(server) {
            $0.stallTimeout = .seconds(1)
            $0.maximumAttempts = 4
        }
        #expect(found == Self.bytes)
    }

    @Test(arguments: [500, 502, 503, 429])
    func `a busy server is asked again, but not for ever`(status: Int) async throws {
        let server = try ScriptedServer { _, before in before < 2 ? Reply(status) : Self.good }
        #expect(try await fetch(server) == Self.bytes)
        let never = try ScriptedServer { _, _ in Reply(status) }
        _ = await reason { try await fetch(never) { $0.maximumAttempts = 4 } }
        #expect(never.requests.count == 4)
    }

    @Test func `a cut answer is asked for again, an absent file is told`() async throws {
        let cut = Reply(200, ["Content-Length": "5000"], Array(Self.bytes.prefix(10)))
        let server = try ScriptedServer { _, before in before == 0 ? cut : Self.good }
        #expect(try await fetch(server) == Self.bytes)
        for status in [404, 410] {
            let none = try ScriptedServer { _, _ in Reply(status) }
            #expect(try await fetch(none) == nil)
        }
    }

    @Test(arguments: [true, false])
    func `more than the limit is not taken, announced or not`(isAnnounced: Bool) async throws {
        let head = isAnnounced ? "Content-Length: 5000\r\n" : ""
        let answer = Array("HTTP/1.1 200 OK\r\n\(head)Connection: close\r\n\r\n".utf8) + Self.bytes
        let server = try ScriptedServer { _, _ in Reply(raw: answer) }
        #expect(await reason { try await fetch(server, upTo: 4999) } == "pull.toolarge")
        #expect(server.requests.count == 1)
        #expect(try await fetch(server, upTo: 5000) == Self.bytes)
    }

    /// A release host over https on 127.0.0.1, and a storage host on localhost: to a client these are two hosts.
    private struct Hosts {
        let authority: CertificateAuthority
        let storage: ScriptedServer
        let host: ScriptedServer
        private let fronts: [TLSFront]

        init(_ folder: URL, redirecting location: @escaping @Sendable (_ secure: Int, _ plain: Int) -> String)
            throws
        {
            authority = try CertificateAuthority(in: folder)
            try authority.issue("host", names: "IP:127.0.0.1")
            try authority.issue("storage", names: "DNS:localhost")
            func path(_ name: String) -> String { folder.appending(path: name).path }
            let storage = try ScriptedServer { _, _ in WebFilesTests.good }
            let secure = try TLSFront(to: storage.port, certificate: path("storage"))
            let place = location(secure.port, storage.port)
            host = try ScriptedServer { _, _ in Reply(302, ["Location": place]) }
            fronts = [secure, try TLSFront(to: host.port, certificate: path("host"))]
            self.storage = storage
        }

        var base: String { "https://127.0.0.1:\(fronts[1].port)/files" }
    }

    @Test func `over https a redirect is followed to another host, without credentials`() async throws {
        let folder = try TemporaryFolder.make("web")
        defer { try? FileManager.default.removeItem(at: folder) }
        let hosts = try Hosts(folder) { secure, _ in "https://localhost:\(secure)/object?signature=planted" }
        let authority = [UInt8](try Data(contentsOf: hosts.authority.certificate))
        let found = try await fetch(hosts.base) {
            $0.caCertificates = authority
            // Whatever is known of other hosts stays here.
            $0.credentials = CredentialStore(explicit: Credential(user: "u", password: "secret"))
        }
        #expect(found == Self.bytes)
        #expect(hosts.storage.requests.map(\.target) == ["/object?signature=planted"])
        let names = (hosts.host.requests + hosts.storage.requests).flatMap(\.headers.keys)
        #expect(Set(names).isDisjoint(with: ["authorization", "cookie", "referer"]))
    }

    @Test func `over https a redirect to plain http is refused, whatever was allowed`() async throws {
        let folder = try TemporaryFolder.make("web")
        defer { try? FileManager.default.removeItem(at: folder) }
        let hosts = try Hosts(folder) { _, plain in "http://127.0.0.1:\(plain)/object?signature=planted" }
        let authority = [UInt8](try Data(contentsOf: hosts.authority.certificate))
        let error = await #expect(throws: RegistryError.self) {
            try await fetch(hosts.base) {
                $0.caCertificates = authority
                $0.plainHTTP = [try RegistryHost("127.0.0.1:\(hosts.storage.port)")]
            }
        }
        #expect(error?.reason == "redirect.downgrade")
        #expect(error?.description.contains("planted") == false)
        #expect(hosts.storage.requests.isEmpty)
    }

    @Test func `a host with a certificate of somebody else is refused, the redirected one too`() async throws
    {
        let folder = try TemporaryFolder.make("web")
        defer { try? FileManager.default.removeItem(at: folder) }
        // The storage's certificate is for localhost alone.
        let hosts = try Hosts(folder) { secure, _ in "https://127.0.0.1:\(secure)/object" }
        let authority = [UInt8](try Data(contentsOf: hosts.authority.certificate))
        #expect(await reason { try await fetch(hosts.base) { $0.caCertificates = authority } } == "tls.name")
        #expect(await reason { try await fetch(hosts.base) { _ in } } == "tls.untrusted")
        #expect(hosts.storage.requests.isEmpty)
    }
}
