import OCI
import Registry
import Servers
import Synchronization
import Testing

@Suite struct FaultyUploadTests {
    /// A registry that takes one blob, but for what `change` says of single requests.
    private static func script(
        _ change: @escaping @Sendable (ScriptedServer.Request, Int) -> ScriptedServer.Reply? = { _, _ in nil }
    ) -> @Sendable (ScriptedServer.Request, Int) -> ScriptedServer.Reply {
        { request, before in
            if let changed = change(request, before) { return changed }
            return switch request.method {
            case "HEAD": .init(404)
            case "POST": .init(202, ["Location": "/upload/\(before)?_state=a%2Fb"])
            case "PATCH":
                .init(202, ["Location": request.target + "c", "Range": "0-\(request.body.count - 1)"])
            case "PUT": .init(201)
            default: .init(204)
            }
        }
    }

    @Test func `the upload's state is handed back as it came`() async throws {
        try await withScript(Self.script()) { (connection, server) async throws in
            #expect(try await connection.push(repository, [1, 2, 3]) == .uploaded)
            let requests = server.requests.map { "\($0.method) \($0.target)" }
            #expect(
                requests == [
                    "HEAD /v2/team/app/blobs/\(Digest(of: [1, 2, 3]))", "POST /v2/team/app/blobs/uploads/",
                    "PATCH /upload/1?_state=a%2Fb",
                    "PUT /upload/1?_state=a%2Fbc&digest=\(Digest(of: [1, 2, 3]))",
                ])
            #expect(server.requests[2].body == [1, 2, 3])
            #expect(server.requests[1].headers["content-length"] == "0")
        }
    }

    @Test(arguments: [false, true])
    func `an upload goes on at a host that the user named, without the registry's password`(
        isRelative: Bool
    ) async throws {
        let bytes = content(1000)
        let companion = try ScriptedServer { request, _ in
            guard request.method == "PATCH" else { return .init(201) }
            let next = (isRelative ? "" : "http://\(request.headers["host"] ?? "")") + "/next?state=2"
            return .init(202, ["Location": next, "Range": "0-999"])
        }
        let port = companion.port
        try await withScript { request, _ in
            guard request.headers["authorization"] != nil else {
                return .init(401, ["WWW-Authenticate": #"Basic realm="test""#])
            }
            guard request.method == "POST" else { return .init(404) }
            return .init(202, ["Location": "http://127.0.0.1:\(port)/upload?state=1"])
        } options: {
            $0.companionHosts = (try? [RegistryHost("127.0.0.1:\(port)")]) ?? []
            $0.credentials = CredentialStore(explicit: Credential(user: "mira", password: "planted"))
        } _: { (connection, server) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
            #expect(server.requests.contains { $0.method == "POST" && $0.headers["authorization"] != nil })
            #expect(server.requests.allSatisfy { $0.body.isEmpty })
        }
        let digest = "sha256:\(Digest(of: bytes).hex)"
        #expect(
            companion.requests.map { "\($0.method) \($0.target)" } == [
                "PATCH /upload?state=1", "PUT /next?state=2&digest=\(digest)",
            ])
        #expect(companion.requests.allSatisfy { $0.headers["authorization"] == nil })
        #expect(companion.requests.first?.body == bytes)
    }

    @Test func `a lost connection begins the upload anew`() async throws {
        let count = Mutex(0)
        let lose = Self.script { request, before in
            request.method == "PATCH" && before < 4 ? .init(raw: []) : nil
        }
        try await withScript(lose) { connection, server in
            let outcome = try await connection.pushBlob(
                repository, digest: Digest(of: [1, 2]), body: MemoryBody([1, 2]),
                onBytes: { sent in count.withLock { $0 += sent } })
            #expect(outcome == .uploaded)
            #expect(
                server.requests.map(\.method) == [
                    "HEAD", "POST", "PATCH", "GET", "HEAD", "POST", "PATCH", "PUT",
                ])
        }
        #expect(count.withLock { $0 } == 2)
    }

    @Test func `a run that is stopped still lets go of the uploads that it began`() async throws {
        try await withScript(Self.script()) { (connection, server) async throws in
            try await connection.openUpload(into: repository)
            let stopped = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                await connection.closeUnusedUploads()
            }
            await stopped.value
            #expect(server.requests.map(\.method) == ["POST", "DELETE"])
        }
    }

    @Test func `a broken answer to what was taken is counted as sent once`() async throws {
        let count = Mutex(0)
        let cut = Self.script { request, before in
            request.method == "PATCH" && before < 4
                ? .init(202, ["Location": "/u", "Content-Length": "10"], [1]) : nil
        }
        try await withScript(cut) { (connection, server) async throws in
            let outcome = try await connection.pushBlob(
                repository, digest: Digest(of: [1, 2]), body: MemoryBody([1, 2]),
                onBytes: { sent in count.withLock { $0 += sent } })
            #expect(outcome == .uploaded)
            #expect(server.requests.filter { $0.method == "PATCH" }.count == 2)
        }
        #expect(count.withLock { $0 } == 2)
    }

    @Test func `content that the registry holds wrongly is not closed again but sent anew`() async throws {
        let bytes = content(1000)
        // zot keeps an upload whose digest it did not like, and says to hold all of it.
        let spoilt = Self.script { request, before in
            switch (request.method, before) {
            case ("PUT", 3): .init(400, [:], Array(#"{"errors":[{"code":"DIGEST_INVALID"}]}"#.utf8))
            case ("GET", _): .init(204, ["Location": "/upload/1", "Range": "0-999"])
            default: nil
            }
        }
        try await withScript(spoilt) { (connection, server) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
            #expect(
                server.requests.map(\.method) == [
                    "HEAD", "POST", "PATCH", "PUT", "DELETE", "HEAD", "POST", "PATCH", "PUT",
                ])
        }
    }

    @Test(arguments: [
        ("PATCH", 413, "", "push.toolarge", 1), ("PATCH", 507, "", "push.quota", 1),
        ("PATCH", 500, "no space left on device", "push.quota", 1), ("POST", 405, "", "push.readonly", 0),
        ("POST", 404, #"{"errors":[{"code":"NAME_UNKNOWN"}]}"#, "push.norepo", 0),
        (
            "PUT", 403, #"{"errors":[{"code":"DENIED","message":"will exceed the configured upper limit"}]}"#,
            "push.quota", 1
        ),
        ("PUT", 400, #"{"errors":[{"code":"DIGEST_INVALID"}]}"#, "push.digest", 2),
        ("PUT", 503, "", "unavailable", 8),
    ])
    func `a refusal is named and not repeated for nothing`(
        method: String, status: Int, body: String, word: String, patches: Int
    ) async throws {
        let refuse = Self.script { request, _ in
            request.method == method ? .init(status, [:], Array(body.utf8)) : nil
        }
        try await withScript(refuse) { connection, server in
            #expect(await reason { try await connection.push(repository, [1]) } == word)
            #expect(server.requests.filter { $0.method == "PATCH" }.count == patches)
        }
    }

    @Test(arguments: [
        ("https://elsewhere.example/x", "push.origin"), ("http://127.0.0.1:1/x", "push.origin"),
        ("ftp://127.0.0.1/x", "push.location"), ("", "push.location"),
    ])
    func `an upload does not leave the registry`(location: String, word: String) async throws {
        let away = Self.script { request, _ in
            request.method == "POST" ? .init(202, ["Location": location]) : nil
        }
        try await withScript(away) { connection, server in
            #expect(await reason { try await connection.push(repository, [1]) } == word)
            #expect(server.requests.map(\.method) == ["HEAD", "POST"])
        }
    }

    @Test(arguments: ["0-99", "0-1000", "0-9223372036854775807"])
    func `a registry that holds other bytes than were sent is not believed`(range: String) async throws {
        let wrong = Self.script { request, _ in
            request.method == "PATCH" ? .init(202, ["Location": "/u", "Range": range]) : nil
        }
        try await withScript(wrong) { connection, server in
            #expect(await reason { try await connection.push(repository, content(1000)) } == "push.range")
            #expect(!server.requests.contains { $0.method == "PUT" })
        }
    }

    @Test(arguments: [
        (412, #"{"errors":[{"code":"PRECONDITION","message":"configured as immutable"}]}"#, "tag.immutable"),
        (
            400, #"{"errors":[{"code":"TAG_INVALID","message":"already exists and cannot be overwritten"}]}"#,
            "tag.immutable"
        ),
        (415, "", "push.rejected"), (403, "", "auth.denied"),
    ])
    func `a refused tag is named`(status: Int, body: String, word: String) async throws {
        try await withScript { _, _ in
            .init(status, [:], Array(body.utf8))
        } _: { connection, server in
            #expect(
                await reason {
                    try await connection.putManifest(
                        repository, .tag(try Tag("1")), bytes: [1], mediaType: .ociManifest)
                } == word)
            #expect(server.requests.filter { $0.method == "PUT" }.count == 1)
        }
    }
}
