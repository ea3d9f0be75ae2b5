import Foundation
import OCI
import Servers
import Testing

@testable import Registry

/// Registries and proxies that answer `HEAD` in another way than `GET`.
@Suite struct HeadRequestTests {
    private let type = MediaType.ociManifest.text
    private let bytes = Array("{}".utf8)
    private var digest: Digest { Digest(of: bytes) }

    private func registry(_ manner: FakeRegistry.Manner) throws -> FakeRegistry {
        let registry = try FakeRegistry(manner)
        registry.shelve(
            manifest: bytes, type: type, digest: digest.description, tag: "a", in: repository.text)
        return registry
    }

    @Test(arguments: [400, 403, 404, 405, 410, 500, 501, 503])
    func `a tag that only GET finds is there`(status: Int) async throws {
        let registry = try registry(.with { $0.manifestHead = status })
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(try await connection.digest(repository, of: try Tag("a")) == digest)
            #expect(try await connection.digest(repository, of: try Tag("b")) == nil)
        }
    }

    @Test func `a tag is there if the answer to HEAD has no digest`() async throws {
        let registry = try registry(.with { $0.hidesDigest = true })
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(try await connection.digest(repository, of: try Tag("a")) == digest)
        }
    }

    @Test func `a tag is absent only after GET, and an unexpected one costs one request`() async throws {
        let registry = try registry(FakeRegistry.Manner())
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(try await connection.digest(repository, of: try Tag("a")) == digest)
            #expect(registry.exchanges.map(\.method) == ["HEAD"])
            #expect(try await connection.digest(repository, of: try Tag("b")) == nil)
            #expect(registry.exchanges.map(\.method) == ["HEAD", "HEAD", "GET"])
            #expect(try await connection.digest(repository, of: try Tag("b"), isExpected: false) == nil)
            #expect(registry.exchanges.map(\.method) == ["HEAD", "HEAD", "GET", "GET"])
        }
    }

    @Test func `a refusal of GET after HEAD is reported with its words`() async throws {
        let words = #"{"errors":[{"code":"DENIED","message":"closed on Mondays"}]}"#
        try await withScript { request, _ in
            // The answer to a HEAD has the length of the missing words.
            request.method == "HEAD"
                ? .init(403, ["Content-Length": String(words.utf8.count)])
                : .init(403, [:], Array(words.utf8))
        } _: { (connection, _) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.digest(repository, of: try Tag("a"))
            }
            #expect(error?.reason == "auth.denied")
            #expect(error?.description.contains("closed on Mondays") == true)
        }
    }

    @Test func `a HEAD that server errors spoiled is not tried so often again`() async throws {
        let registry = try registry(.with { $0.manifestHead = 500 })
        let host = try RegistryHost(registry.authority)
        try await withConnection(to: host, options: { $0.maximumAttempts = 3 }) { (connection) async throws in
            for _ in 0..<2 { #expect(try await connection.digest(repository, of: try Tag("a")) == digest) }
        }
        #expect(registry.exchanges.map(\.method) == ["HEAD", "HEAD", "HEAD", "GET", "HEAD", "GET"])
    }

    @Test func `a registry that is down is not asked twice as long`() async throws {
        try await withScript { _, _ in
            .init(503)
        } _: { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.digest(repository, of: try Tag("a"))
            }
            #expect(error?.description.contains("HEAD") == true)
            #expect(error?.description.contains("answered 503, 8 times") == true)
            #expect(server.requests.filter { $0.method == "GET" }.count == 2)
        }
    }

    @Test(arguments: [400, 403, 404, 405, 500, 501, 503])
    func `a blob that HEAD gives no sign of is uploaded`(status: Int) async throws {
        let registry = try FakeRegistry(.with { $0.blobHead = status })
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
        }
        #expect(registry.blob(digest.description) == Data(bytes))
    }

    @Test func `a 403 for a blob and for its upload is a denial with the upload's words`() async throws {
        let words = Array(#"{"errors":[{"code":"DENIED","message":"closed on Mondays"}]}"#.utf8)
        try await withScript { request, _ in
            .init(403, [:], request.method == "HEAD" ? [] : words)
        } _: { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.push(repository, bytes)
            }
            #expect(error?.reason == "auth.denied")
            #expect(error?.description.contains("closed on Mondays") == true)
            #expect(server.requests.map(\.method) == ["HEAD", "POST"])
        }
    }
}
