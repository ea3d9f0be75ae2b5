import OCI
import Servers
import Synchronization
import Testing

@testable import Registry

/// Registries, and what stands before them, that do not take a large blob in one request.
@Suite struct ChunkedUploadTests {
    private let bytes = content(5_000_000)

    private func push(
        to registry: FakeRegistry, _ bytes: [UInt8]? = nil, options: ((inout RegistryOptions) -> Void)? = nil,
    ) async throws -> TrafficSummary {
        let bytes = bytes ?? self.bytes
        let count = Mutex(0)
        let summary = Mutex(TrafficSummary())
        try await withConnection(to: try RegistryHost(registry.authority), options: options) {
            (connection) async throws in
            let outcome = try await connection.pushBlob(
                repository, digest: Digest(of: bytes), body: MemoryBody(bytes),
                onBytes: { sent in count.withLock { $0 += sent } })
            #expect(outcome == .uploaded)
            summary.withLock { $0 = connection.summary }
        }
        #expect(registry.blob(Digest(of: bytes).description).map { [UInt8]($0) } == bytes)
        #expect(count.withLock { $0 } == bytes.count, "what is told of the progress is what went up")
        return summary.withLock { $0 }
    }

    private func patches(_ registry: FakeRegistry) -> [Int] {
        registry.exchanges.filter { $0.method == "PATCH" && $0.status / 100 == 2 }.map(\.received)
    }

    @Test(arguments: [1 << 20, 1_500_000, 4_999_999])
    func `nginx limits bodies, and a real registry gets the blob in chunks`(limit: Int) async throws {
        let registry = try RegistryProcess()
        let nginx = try NginxProcess(before: registry, .with { $0.bodyLimit = limit })
        let small = content(600_000)
        try await withConnection(
            to: nginx.host,
            options: {
                $0.plainHTTP = []
                $0.caCertificates = nginx.authority
                $0.maximumConnections = 4
            }
        ) { (connection) async throws in
            for bytes in [bytes, bytes.reversed(), small] {
                #expect(try await connection.push(repository, bytes) == .uploaded)
                #expect(try await connection.pull(repository, bytes) == bytes)
            }
            #expect(connection.summary.retries == 0)
            #expect(connection.summary.note?.contains("client_max_body_size") == true)
        }
        registry.stop()
        let chunk = limit < 1 << 21 ? 1 << 20 : 1 << 22
        let patches = try registry.requests().filter { $0.method == "PATCH" }
        #expect(patches.count == 2 * ((bytes.count + chunk - 1) / chunk) + 1)
        #expect(patches.allSatisfy { $0.status == 202 }, "what is too large never comes to the registry")
    }

    @Test func `a limit below the smallest chunk is told with its usual names`() async throws {
        let nginx = try NginxProcess(before: try RegistryProcess(), .with { $0.bodyLimit = 100_000 })
        try await withConnection(
            to: nginx.host,
            options: {
                $0.plainHTTP = []
                $0.caCertificates = nginx.authority
            }
        ) { (connection) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.push(repository, bytes)
            }
            #expect(error?.reason == "push.toolarge")
            #expect(error?.description.contains("nginx calls this limit client_max_body_size") == true)
        }
    }

    @Test func `what one upload learns of the limit the next ones know`() async throws {
        let registry = try FakeRegistry(.with { $0.bodyLimit = 3_000_000 })
        let (bytes, small) = (bytes, content(400_000))
        try await withConnection(
            to: try RegistryHost(registry.authority), options: { $0.wholeUploadLimit = 1 << 20 }
        ) { (connection) async throws in
            for bytes in [bytes, bytes.reversed(), small] {
                #expect(try await connection.push(repository, bytes) == .uploaded)
            }
        }
        // 5 MB, then 4 MiB; none for the second blob, nor for the small one, which still goes up in one PUT.
        #expect(registry.exchanges.map(\.status).filter { $0 == 413 }.count == 2)
        #expect(patches(registry).max() == 2 << 20)
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == 3, "a session outlives a refusal")
    }

    @Test func `a small blob that is too large for one request goes up in chunks`() async throws {
        let registry = try FakeRegistry(.with { $0.bodyLimit = 300_000 })
        _ = try await push(to: registry, content(1_000_000)) { $0.wholeUploadLimit = 1 << 20 }
        #expect(patches(registry) == [262_144, 262_144, 262_144, 213_568])
    }

    @Test func `chunks are as large as the registry wants them`() async throws {
        let registry = try FakeRegistry(.with { $0.minimumChunk = 1 << 20 })
        _ = try await push(to: registry) { $0.bodyLimit = 300_000 }
        #expect(patches(registry) == [1 << 20, 1 << 20, 1 << 20, 1 << 20, 5_000_000 - (4 << 20)])
    }

    @Test func `no chunk is smaller than the registry wants it, whatever a proxy says`() async throws {
        let registry = try FakeRegistry(
            .with {
                $0.minimumChunk = 2 << 20
                $0.bodyLimit = 1 << 20
            })
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(await reason { try await connection.push(repository, bytes) } == "push.toolarge")
        }
        #expect(patches(registry) == [])
    }

    @Test(arguments: [true, false])
    func `an upload in chunks that breaks goes on, or begins anew where it was forgotten`(resumes: Bool)
        async throws
    {
        let left = Mutex(3)
        let registry = try FakeRegistry(.with { $0.resumesUploads = resumes }) { request in
            guard request.method == "PATCH", request.headers["content-range"]?.hasPrefix("0-") == false
            else { return nil }
            return left.withLock { left in
                left -= 1
                return left == 0 ? Fault(.cutUpload, share: 0.5) : nil
            }
        }
        _ = try await push(to: registry) { $0.bodyLimit = 1 << 20 }
        let sent = registry.exchanges.filter { $0.method == "PATCH" }.reduce(0) { $0 + $1.received }
        // The third chunk behind the first is cut in its middle.
        #expect(sent == (resumes ? bytes.count : bytes.count + (3 << 20) + (1 << 19)))
        #expect((registry.exchanges.filter { $0.method == "POST" }.count == 1) == resumes)
        #expect(registry.firings == [.cutUpload: 1])
    }

    @Test func `a chunk that the registry has a part of is completed from there`() async throws {
        let bytes = content(1_000_000)
        try await withScript { request, before in
            switch (request.method, before) {
            case ("HEAD", _): .init(404)
            case ("POST", _): .init(202, ["Location": "/u?a=1"])
            case ("PATCH", 2): .init(202, ["Location": "/u?a=2", "Range": "0-399999"])
            case ("PATCH", 3): .init(416, ["Location": "/u?a=9"])
            case ("GET", _): .init(204, ["Location": "/u?a=3", "Range": "0-449999"])
            case ("PATCH", 5): .init(202, ["Location": "/u?a=4", "Range": "0-849999"])
            case ("PATCH", _): .init(202, ["Location": "/u?a=5", "Range": "0-999999"])
            default: .init(201)
            }
        } options: {
            $0.bodyLimit = 400_000
        } _: { (connection, server) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
            let patches = server.requests.filter { $0.method == "PATCH" }
            #expect(
                patches.map { $0.headers["content-range"] } == [
                    "0-399999", "400000-799999", "450000-849999", "850000-999999",
                ])
            #expect(patches.map(\.target) == ["/u?a=1", "/u?a=2", "/u?a=3", "/u?a=4"])
            #expect(patches[2].body == Array(bytes[450_000..<850_000]))
            #expect(server.requests.last?.target == "/u?a=5&digest=\(Digest(of: bytes))")
        }
    }

    @Test func `a chunk that is sent again with a new token is no other blob`() async throws {
        let registry = try FakeRegistry(.with { $0.tokenUses = 2 })
        _ = try await push(to: registry) { $0.bodyLimit = 1 << 20 }
        #expect(registry.exchanges.contains { $0.method == "PATCH" && $0.status == 401 })
        #expect(patches(registry).count == 5)
    }

    @Test func `ECR's word on its progress is not taken`() async throws {
        let left = Mutex(3)
        let registry = try FakeRegistry(
            .with {
                $0.resumesUploads = true
                $0.keepsFirstRange = true
            }
        ) { request in
            guard request.method == "PATCH" else { return nil }
            return left.withLock { left in
                left -= 1
                return left == 0 ? Fault(.cutUpload, share: 0.5) : nil
            }
        }
        _ = try await push(to: registry) { $0.bodyLimit = 1 << 20 }
        #expect(registry.firings == [.cutUpload: 1])
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == 2)
        #expect(!registry.exchanges.contains { $0.status == 416 })
    }

    @Test func `the rest of a broken upload goes to GHCR in chunks that it takes`() async throws {
        let left = Mutex(1)
        let registry = try FakeRegistry(
            .with {
                $0.resumesUploads = true
                $0.chunkLimit = 4 << 20
            }
        ) { request in
            guard request.method == "PATCH" else { return nil }
            return left.withLock { left in
                left -= 1
                return left == 0 ? Fault(.cutUpload, share: 0.1) : nil
            }
        }
        let bytes = [UInt8](repeating: 3, count: 50_000_000)
        let summary = try await push(to: registry, bytes)
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == 1)
        #expect(patches(registry).max() == 4 << 20)
        #expect(summary.note != nil)
    }

    @Test func `a proxy that hangs up on large bodies needs the option`() async throws {
        let registry = try FakeRegistry(
            .with {
                $0.bodyLimit = 3 << 20
                $0.hangsUp = true
            })
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(await reason { try await connection.push(repository, bytes) } == "push.disconnect")
        }
        let summary = try await push(to: registry) { $0.bodyLimit = 2 << 20 }
        #expect(patches(registry) == [2 << 20, 2 << 20, 5_000_000 - (4 << 20)])
        #expect(summary.note == nil)
    }

    @Test func `a real registry behind a proxy that knows no PATCH gets each blob in one PUT`() async throws {
        let registry = try RegistryProcess()
        let nginx = try NginxProcess(before: registry, .with { $0.takesPatch = false })
        try await withConnection(
            to: nginx.host,
            options: {
                $0.plainHTTP = []
                $0.caCertificates = nginx.authority
            }
        ) { (connection) async throws in
            for bytes in [bytes, bytes.reversed()] {
                #expect(try await connection.push(repository, bytes) == .uploaded)
                #expect(try await connection.pull(repository, bytes) == bytes)
            }
        }
        registry.stop()
        let writes = try registry.requests().filter(\.isWrite)
        #expect(writes.map(\.method) == ["POST", "POST", "PUT", "POST", "PUT"], "PATCH is tried once")
    }

    @Test func `where neither PATCH nor PUT is taken, that is the end`() async throws {
        try await withScript { request, _ in
            switch request.method {
            case "HEAD": .init(404)
            case "POST": .init(202, ["Location": "/u"])
            default: .init(405)
            }
        } _: { (connection, server) async throws in
            #expect(await reason { try await connection.push(repository, [1, 2]) } == "push.readonly")
            #expect(
                server.requests.map(\.method) == ["HEAD", "POST", "PATCH", "POST", "PUT", "DELETE"])
        }
    }

    @Test(arguments: [true, false])
    func `a body that changed is never closed as what it was`(takesPatch: Bool) async throws {
        let registry = try FakeRegistry(
            .with {
                $0.takesPatch = takesPatch
                $0.bodyLimit = takesPatch ? 1 << 20 : nil
            })
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            let said = await reason {
                try await connection.pushBlob(
                    repository, digest: Digest(of: [1]), body: MemoryBody(bytes), askFirst: false)
            }
            #expect(said == "changed")
        }
        #expect(!registry.exchanges.contains { $0.method == "PUT" && $0.received == bytes.count })
        #expect(registry.repositories.isEmpty)
    }
}
