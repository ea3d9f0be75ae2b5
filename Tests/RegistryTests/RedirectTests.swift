import OCI
import Servers
import Synchronization
import Testing

@testable import Registry

@Suite struct RedirectTests {
    private static let basic = CredentialStore(explicit: Credential(user: "u", password: "secret"))

    @Test func `content elsewhere is fetched without authorization`() async throws {
        let store = try ScriptedServer { _, _ in .init(200, [:], [1, 2, 3]) }
        let target = "http://127.0.0.1:\(store.port)/object?X-Amz-Signature=planted"
        try await withScript { request, before in
            before == 0
                ? .init(401, ["WWW-Authenticate": "Basic realm=x"]) : .init(307, ["Location": target])
        } options: {
            $0.followsRedirects = true
            $0.credentials = Self.basic
        } _: { (connection, server) async throws in
            #expect(try await connection.pull(repository, [1, 2, 3]) == [1, 2, 3])
            #expect(server.requests.last?.headers["authorization"] == "Basic dTpzZWNyZXQ=")
        }
        #expect(store.requests.count == 1)
        #expect(store.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test func `whoever sends back to the registry gets nothing in somebody's name`() async throws {
        let home = Mutex("")
        let elsewhere = try ScriptedServer { _, _ in .init(307, ["Location": home.withLock { $0 } + "/back"])
        }
        let away = "http://127.0.0.1:\(elsewhere.port)/object"
        try await withScript { request, before in
            if request.target == "/back" { return .init(200, [:], [1]) }
            return before == 0
                ? .init(401, ["WWW-Authenticate": "Basic realm=x"]) : .init(307, ["Location": away])
        } options: {
            $0.followsRedirects = true
            $0.credentials = Self.basic
        } _: { (connection, server) async throws in
            home.withLock { $0 = "http://127.0.0.1:\(server.port)" }
            #expect(try await connection.pull(repository, [1]) == [1])
            #expect(server.requests.map { $0.headers["authorization"] != nil } == [false, true, false])
        }
    }

    @Test func `without leave no redirect is followed and no signature shown`() async throws {
        let store = try ScriptedServer { _, _ in .init(200, [:], [1]) }
        let target = "http://127.0.0.1:\(store.port)/object?X-Amz-Signature=planted"
        try await withScript { _, _ in
            .init(307, ["Location": target])
        } _: { (connection, _) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.pull(repository, [1])
            }
            #expect(error?.reason == "redirect.refused")
            #expect(error?.description.contains("planted") == false)
            #expect(try await connection.hasBlob(repository, digest: Digest(of: [1]), size: 1))
        }
        #expect(store.requests.isEmpty)
    }

    @Test func `a signed address that has expired is fetched anew`() async throws {
        let store = try ScriptedServer { _, before in before == 0 ? .init(403) : .init(200, [:], [1]) }
        let target = "http://127.0.0.1:\(store.port)/object"
        try await withScript { _, _ in
            .init(307, ["Location": target])
        } options: {
            $0.followsRedirects = true
        } _: { (connection, server) async throws in
            #expect(try await connection.pull(repository, [1]) == [1])
            #expect(server.requests.count == 2)
        }
    }

    @Test func `a denial by where the registry sends to advises no credential`() async throws {
        let store = try ScriptedServer { _, _ in .init(403) }
        let target = "http://127.0.0.1:\(store.port)/object"
        try await withScript { _, _ in
            .init(307, ["Location": target])
        } options: {
            $0.followsRedirects = true
        } _: { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.pull(repository, [1])
            }
            #expect(error?.reason == "auth.denied")
            #expect(error?.description.contains("no credential is ever sent there") == true)
        }
    }

    @Test(arguments: [("circle", "redirect.loop"), ("endless", "redirect.limit")])
    func `redirects end`(how: String, word: String) async throws {
        try await withScript { _, before in
            .init(302, ["Location": how == "circle" ? "/a" : "/\(before)"])
        } options: {
            $0.followsRedirects = true
        } _: { connection, server in
            #expect(await reason { try await connection.pull(repository, [1]) } == word)
            #expect(server.requests.count <= 6)
        }
    }

    @Test func `a redirect never leads from https to plain http`() throws {
        let start = try #require(RequestURL("https://registry.example/v2/a/blobs/b"))
        var policy = RedirectPolicy(from: start)
        let exchange = Exchange(host: "registry.example", method: "GET", path: "/v2/")
        let error = #expect(throws: RegistryError.self) {
            try policy.next(
                after: start, location: "http://registry.example/x?sig=planted", exchange: exchange)
        }
        #expect(error?.reason == "redirect.downgrade")
        #expect(error?.description.contains("planted") == false)
    }
}
