import Glibc
import OCI
import Registry
import Servers
import Synchronization
import Testing

/// Against a real registry.
@Suite struct RegistryBlobTests {
    @Test(arguments: [0, 1, 2, 300_000, 5_000_000])
    func `a blob comes back as it was sent`(size: Int) async throws {
        let registry = try RegistryProcess()
        let bytes = content(size)
        try await withConnection(to: registry.host) { connection in
            try await connection.ping()
            #expect(try await connection.push(repository, bytes) == .uploaded)
            #expect(try await connection.push(repository, bytes) == .present)
            #expect(try await connection.pull(repository, bytes) == bytes)
            if size > 1 {
                #expect(try await connection.pull(repository, bytes, from: 1) == Array(bytes[1...]))
            }
            let size = Int64(size)
            #expect(try await connection.hasBlob(repository, digest: Digest(of: bytes), size: size))
            #expect(try await !connection.hasBlob(repository, digest: Digest(of: bytes), size: size + 1))
            #expect(try await !connection.hasBlob(otherRepository, digest: Digest(of: bytes), size: size))
        }
        registry.stop()
        let log = try registry.requests()
        #expect(log.filter { $0.path.hasSuffix("/blobs/uploads/") }.map(\.status) == [202])
        #expect(log.filter { $0.method == "PUT" }.map(\.status) == [201])
    }

    @Test(arguments: [(200, true), (302, true), (303, true), (307, true), (404, false)])
    func `a registry that redirects the question for a blob has it`(status: Int, isThere: Bool) async throws {
        try await withScript { _, _ in
            .init(status, status == 200 ? ["Content-Length": "3"] : ["Location": "/elsewhere"])
        } _: { (connection, server) async throws in
            let found = try await connection.hasBlob(repository, digest: Digest(of: [1, 2, 3]), size: 3)
            #expect(found == isThere)
            #expect(server.requests.map(\.method) == ["HEAD"], "nothing was followed")
        }
    }

    @Test func `a small blob goes up in one request, and only if its bytes are the blob's`() async throws {
        let registry = try RegistryProcess()
        let bytes = content(1000)
        try await withConnection(to: registry.host, options: { $0.wholeUploadLimit = 1000 }) {
            (connection) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
            #expect(try await connection.pull(repository, bytes) == bytes)
            await #expect(throws: RegistryError.self) {
                try await connection.pushBlob(
                    repository, digest: Digest(of: [1]), body: MemoryBody([2]), askFirst: false)
            }
        }
        registry.stop()
        let writes = try registry.requests().filter { $0.method == "PATCH" || $0.method == "PUT" }
        #expect(writes.map(\.method) == ["PUT"])
    }

    @Test func `an upload is begun in the place that a relative Location names`() async throws {
        let registry = try RegistryProcess(.with { $0.usesRelativeURLs = true })
        try await withConnection(to: registry.host) { (connection) async throws in
            #expect(try await connection.push(repository, [1, 2, 3]) == .uploaded)
        }
    }

    @Test func `a blob of another repository is mounted and not sent`() async throws {
        let registry = try RegistryProcess()
        let bytes = content(1000)
        try await withConnection(to: registry.host) { connection in
            #expect(try await connection.push(repository, bytes) == .uploaded)
            let outcome = try await connection.pushBlob(
                otherRepository, digest: Digest(of: bytes), body: MemoryBody(bytes), mountFrom: repository,
                askFirst: false)
            #expect(outcome == .mounted)
            #expect(try await connection.pull(otherRepository, bytes) == bytes)
        }
        registry.stop()
        #expect(try registry.requests().filter { $0.method == "PATCH" }.count == 1)
    }

    /// A registry that has nothing, takes every blob and mounts as it is told.
    private static func taking(_ request: ScriptedServer.Request, mount: ScriptedServer.Reply)
        -> ScriptedServer.Reply
    {
        switch request.method {
        case "HEAD": .init(404)
        case "POST" where request.target.contains("mount="): mount
        case "POST", "PATCH": .init(202, ["Location": "/u"])
        default: .init(201)
        }
    }

    private func expectUpload(by connection: RegistryConnection) async throws {
        let outcome = try await connection.pushBlob(
            repository, digest: Digest(of: [1, 2]), body: MemoryBody([1, 2]), mountFrom: otherRepository)
        #expect(outcome == .uploaded)
    }

    @Test(arguments: [500, 503, 429, 400, 403, 405, 0])
    func `a blob is sent where mounting it fails, however it does`(status: Int) async throws {
        try await withScript { request, _ in
            Self.taking(request, mount: status > 0 ? .init(status) : .init(raw: []))
        } _: { (connection, server) async throws in
            try await expectUpload(by: connection)
            #expect(server.requests.filter { $0.target.contains("mount=") }.count <= 2)
        }
    }

    @Test func `who may not read the other repository still sends the blob`() async throws {
        try await withScript { request, _ in
            if request.target.hasPrefix("/token") {
                let isTooMuch = request.target.contains("other")
                return isTooMuch ? .init(403) : .init(200, [:], Array(#"{"token":"good"}"#.utf8))
            }
            guard request.headers["authorization"] == "Bearer good" else {
                let realm = "http://\(request.headers["host"] ?? "")/token"
                return .init(401, ["WWW-Authenticate": #"Bearer realm="\#(realm)",service="s""#])
            }
            return Self.taking(request, mount: .init(201))
        } _: { (connection, server) async throws in
            try await expectUpload(by: connection)
            #expect(server.requests.contains { $0.target.hasPrefix("/token") && $0.target.contains("other") })
        }
    }

    @Test func `a mount that the registry cannot do goes on as an upload in the same session`() async throws {
        let registry = try RegistryProcess()
        let bytes = content(1000)
        try await withConnection(to: registry.host) { connection in
            let outcome = try await connection.pushBlob(
                repository, digest: Digest(of: bytes), body: MemoryBody(bytes), mountFrom: otherRepository)
            #expect(outcome == .uploaded)
        }
        registry.stop()
        #expect(try registry.requests().filter { $0.method == "POST" }.map(\.status) == [202])
    }

    @Test func `bytes that are not what the digest names are never closed as a blob`() async throws {
        let registry = try RegistryProcess()
        let bytes = content(600_000)
        let count = Mutex(0)
        try await withConnection(to: registry.host) { connection in
            await #expect(
                throws: RegistryError.changed(Digest(of: bytes), found: Digest(of: content(600_001)))
            ) {
                _ = try await connection.pushBlob(
                    repository, digest: Digest(of: bytes), body: MemoryBody(content(600_001)),
                    onBytes: { sent in count.withLock { $0 += sent } })
            }
        }
        registry.stop()
        let log = try registry.requests()
        #expect(!log.contains { $0.method == "PUT" })
        #expect(log.last.map { [$0.method, String($0.status)] } == ["DELETE", "204"])
        #expect(count.withLock { $0 } == 600_001)
    }

    @Test func `what the body's reader throws comes out as it is`() async throws {
        struct Broken: BlobBody {
            struct Fault: Error {}
            var size: Int64 { 1_000_000 }
            func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
                guard offset < 500_000 else { throw Fault() }
                return buffer.count
            }
        }
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host) { connection in
            await #expect(throws: Broken.Fault.self) {
                _ = try await connection.pushBlob(repository, digest: Digest(of: [1]), body: Broken())
            }
        }
    }

    @Test func `a body that ends too early counts as changed`() async throws {
        struct Short: BlobBody {
            var size: Int64 { 10 }
            func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int { 5 }
        }
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host) { connection in
            await #expect(throws: RegistryError.changed(Digest(of: [1]), found: nil)) {
                _ = try await connection.pushBlob(repository, digest: Digest(of: [1]), body: Short())
            }
        }
    }

    @Test(.enabled(if: geteuid() == 0, "only root may give the registry a small disk"))
    func `a registry whose disk is full is told with its words and not asked again`() async throws {
        let registry = try RegistryProcess(.with { $0.storageSize = 2 })
        try await withConnection(to: registry.host) { (connection) async throws in
            #expect(try await connection.push(repository, content(1_000_000)) == .uploaded)
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.push(repository, content(3_000_000))
            }
            #expect(error?.reason == "push.quota")
            #expect(error?.description.contains("no room left") == true)
            #expect(connection.summary.retries == 0)
        }
        registry.stop()
        let writes = try registry.requests().filter { $0.method == "PATCH" }
        #expect(writes.map(\.status) == [202, 500])
    }

    @Test func `a registry in read-only mode is told apart`() async throws {
        let registry = try RegistryProcess(.with { $0.isReadOnly = true })
        try await withConnection(to: registry.host) { connection in
            #expect(await reason { try await connection.push(repository, [1]) } == "push.readonly")
        }
    }

    @Test func `a blob that is not there is named`() async throws {
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host) { connection in
            #expect(await reason { try await connection.pull(repository, [1, 2]) } == "pull.absent")
        }
    }
}
