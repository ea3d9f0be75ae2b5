import OCI
import Registry
import Servers
import Testing

@Suite struct ReferrersAPITests {
    private static let type = ["Content-Type": MediaType.ociIndex.text]

    private static func index(_ contents: [UInt8]) -> [UInt8] {
        let entries = contents.map {
            #"{"mediaType":"\#(MediaType.ociManifest)","digest":"\#(Digest(of: [$0]))","size":1}"#
        }
        return Array(#"{"schemaVersion":2,"manifests":[\#(entries.joined(separator: ","))]}"#.utf8)
    }

    @Test func `all pages are read`() async throws {
        try await withScript { request, _ in
            request.target.hasSuffix("page=2")
                ? .init(200, Self.type, Self.index([3]))
                : .init(
                    200, Self.type.merging(["Link": "<?page=2>; rel=\"next\""]) { $1 }, Self.index([1, 2]))
        } _: { connection, _ in
            let found = try await connection.referrers(repository, of: Digest(of: [9]))
            #expect(found.map(\.digest) == [1, 2, 3].map { Digest(of: [$0]) })
            #expect(try await connection.referrersAPIIsSupported(repository))
            #expect(try await connection.addReferrers(repository, subject: Digest(of: [9]), []) == .indexed)
        }
    }

    @Test(arguments: [
        ("<?page=1>; rel=next", "page.loop"), ("<http://elsewhere.example/>; rel=next", "page.origin"),
    ])
    func `a next page that leads astray is refused`(link: String, word: String) async throws {
        try await withScript { _, _ in
            .init(200, Self.type.merging(["Link": link]) { $1 }, Self.index([1]))
        } _: { connection, server in
            #expect(await reason { try await connection.referrers(repository, of: Digest(of: [9])) } == word)
            #expect(server.requests.count <= 2)
        }
    }

    @Test(arguments: [
        (404, "text/plain", "pull.refused"), (400, "application/json", "pull.refused"),
        (405, "text/plain", "pull.refused"), (200, "text/html", "pull.contenttype"),
    ])
    func `a list that breaks off at a later page is refused, and no shorter one taken for it`(
        status: Int, type: String, word: String
    ) async throws {
        try await withScript { request, _ in
            request.target.hasSuffix("page=2")
                ? .init(status, ["Content-Type": type], Array("<html>".utf8))
                : .init(200, Self.type.merging(["Link": "<?page=2>; rel=next"]) { $1 }, Self.index([1]))
        } _: { connection, _ in
            #expect(await reason { try await connection.referrers(repository, of: Digest(of: [9])) } == word)
        }
    }

    @Test func `a list without an end is given up`() async throws {
        try await withScript { request, before in
            .init(200, Self.type.merging(["Link": "<?page=\(before)>; rel=next"]) { $1 }, Self.index([1]))
        } _: { connection, server in
            #expect(
                await reason { try await connection.referrers(repository, of: Digest(of: [9])) }
                    == "page.limit")
            #expect(server.requests.count <= 1001)
        }
    }

    @Test(arguments: [
        (404, "text/plain", "404 page not found"), (405, "text/plain", ""), (400, "text/plain", ""),
        (200, "text/html", "<html>"),
    ])
    func `a registry without the API is asked for the fallback tag`(
        status: Int, type: String, body: String
    ) async throws {
        try await withScript { request, _ in
            request.target.contains("/referrers/")
                ? .init(status, ["Content-Type": type], Array(body.utf8))
                : .init(200, Self.type, Self.index([5]))
        } _: { connection, _ in
            #expect(try await connection.referrersAPIIsSupported(repository) == false)
            let found = try await connection.referrers(repository, of: Digest(of: [9]))
            #expect(found.map(\.digest) == [Digest(of: [5])])
        }
    }

    @Test func `who may not ask for referrers is told so`() async throws {
        try await withScript { _, _ in
            .init(403)
        } _: { connection, _ in
            #expect(
                await reason { try await connection.referrersAPIIsSupported(repository) } == "auth.denied")
        }
    }
}
