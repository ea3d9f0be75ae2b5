import OCI
import Servers
import Synchronization
import Testing

@testable import Registry

/// Uploads that break, into registries that can go on with them and into such as cannot.
@Suite struct UploadResumeTests {
    private let bytes = content(5_000_000)

    /// Cuts the first `count` bodies behind that share of what they still had to send.
    private static func cutting(_ count: Int, _ share: Double) -> @Sendable (FakeRegistry.Request) -> Fault? {
        let left = Mutex(count)
        return { request in
            guard request.method == "PATCH" else { return nil }
            return left.withLock { left in
                left -= 1
                return left >= 0 ? Fault(.cutUpload, share: share) : nil
            }
        }
    }

    private func push(to registry: FakeRegistry, onBytes: @escaping @Sendable (Int) -> Void = { _ in })
        async throws -> PushOutcome
    {
        let outcome = Mutex(PushOutcome.present)
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            let pushed = try await connection.pushBlob(
                repository, digest: Digest(of: bytes), body: MemoryBody(bytes), onBytes: onBytes)
            outcome.withLock { $0 = pushed }
        }
        #expect(registry.blob(Digest(of: bytes).description).map { [UInt8]($0) } == bytes)
        return outcome.withLock { $0 }
    }

    @Test(arguments: [1, 4])
    func `an upload goes on where the registry says that it is`(cuts: Int) async throws {
        let registry = try FakeRegistry(.with { $0.resumesUploads = true }, fault: Self.cutting(cuts, 0.3))
        let count = Mutex(0)
        #expect(try await push(to: registry) { sent in count.withLock { $0 += sent } } == .uploaded)
        let patches = registry.exchanges.filter { $0.method == "PATCH" }
        #expect(patches.count == cuts + 1)
        #expect(patches.reduce(0) { $0 + $1.received } == bytes.count, "no byte is sent twice")
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == 1)
        #expect(count.withLock { $0 } == bytes.count)
        #expect(registry.firings == [.cutUpload: cuts])
    }

    @Test func `more breaks than attempts are no end as long as bytes arrive`() async throws {
        let registry = try FakeRegistry(.with { $0.resumesUploads = true }, fault: Self.cutting(6, 0.1))
        let host = try RegistryHost(registry.authority)
        let bytes = [UInt8](repeating: 7, count: 24_000_000)
        try await withConnection(to: host, options: { $0.maximumAttempts = 2 }) { (connection) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
        }
        #expect(registry.firings == [.cutUpload: 6])
    }

    @Test func `a registry that is away for longer than one wait is asked again how far it came`()
        async throws
    {
        let faults = Mutex<[Fault]>([Fault(.cutUpload), Fault(.unavailable), Fault(.lostRequest)])
        let registry = try FakeRegistry(.with { $0.resumesUploads = true }) { request in
            guard request.path.contains("/uploads/"), ["PATCH", "GET"].contains(request.method) else {
                return nil
            }
            return faults.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        }
        #expect(try await push(to: registry) == .uploaded)
        let patches = registry.exchanges.filter { $0.method == "PATCH" }
        #expect(patches.reduce(0) { $0 + $1.received } == bytes.count, "no byte is sent twice")
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == 1)
        #expect(registry.firings == [.cutUpload: 1, .unavailable: 1, .lostRequest: 1])
    }

    @Test func `a registry that always fails on the question how far it came gets the blob anew`()
        async throws
    {
        let cut = Self.cutting(1, 0.5)
        let registry = try FakeRegistry(.with { $0.resumesUploads = true }) { request in
            if request.method == "GET", request.path.contains("/uploads/") { return Fault(.serverError) }
            return cut(request)
        }
        #expect(try await push(to: registry) == .uploaded)
        #expect(registry.exchanges.filter { $0.method == "GET" }.count == 3)
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == 2)
    }

    @Test func `a rest that is refused with 401 is hashed from the beginning before it is sent again`()
        async throws
    {
        let cut = Self.cutting(1, 0.5)
        let events = Mutex<[String]>([])
        let registry = try FakeRegistry(.with { ($0.resumesUploads, $0.tokenUses) = (true, 4) }) { request in
            if request.path.contains("/uploads/") { events.withLock { $0.append(request.method) } }
            return cut(request)
        }
        let body = WatchedBody(bytes) { offset in events.withLock { $0.append("read \(offset)") } }
        try await withConnection(to: RegistryHost(registry.authority)) { (connection) async throws in
            let outcome = try await connection.pushBlob(repository, digest: Digest(of: bytes), body: body)
            #expect(outcome == .uploaded)
        }
        #expect(registry.exchanges.filter { $0.method == "PATCH" }.map(\.status).contains(401))
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == 1)
        // The last two are the rest that was refused and the same rest again.
        let rest = events.withLock { $0 }
        let patches = rest.indices.filter { rest[$0] == "PATCH" }
        let (refused, last) = (try #require(patches.dropLast().last), try #require(patches.last))
        #expect(rest[refused..<last].contains("read 0"))
        #expect(!rest[last...].contains("read 0"))
    }

    @Test func `an upload that can never be closed is given up`() async throws {
        let registry = try FakeRegistry(.with { $0.resumesUploads = true }) {
            $0.method == "PUT" ? Fault(.serverError) : nil
        }
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(await reason { try await connection.push(repository, bytes) } == "unavailable")
        }
        #expect(registry.exchanges.filter { $0.method == "PUT" }.count == 10)
        #expect(registry.exchanges.filter { $0.method == "PATCH" }.count <= 4)
    }

    @Test func `what the registry holds already is hashed before a request is open`() async throws {
        let bytes = bytes
        let events = Mutex<[String]>([])
        let server = try ScriptedServer(keepsRequests: true) { head, _ in
            events.withLock { $0.append(head.method) }
            return switch head.method {
            case "HEAD": .init { _ in .init(404) }
            case "POST": .init { _ in .init(202, ["Location": "/u"]) }
            case "PATCH" where head.headers["content-range"] == nil:
                .init(readingUpTo: 4_000_000) { _ in .init(raw: []) }
            case "GET": .init { _ in .init(204, ["Location": "/u", "Range": "0-3999999"]) }
            case "PATCH": .init { _ in .init(202, ["Location": "/u"]) }
            default: .init { _ in .init(201) }
            }
        }
        let body = WatchedBody(bytes) { offset in events.withLock { $0.append("read \(offset)") } }
        try await withConnection(to: RegistryHost("127.0.0.1:\(server.port)")) { (connection) async throws in
            let outcome = try await connection.pushBlob(repository, digest: Digest(of: bytes), body: body)
            #expect(outcome == .uploaded)
        }
        let later = events.withLock { $0 }.drop { $0 != "GET" }
        let hashed = try #require(later.lastIndex { $0 == "read 3932160" })
        let sent = try #require(later.lastIndex { $0 == "PATCH" })
        #expect(later.contains("read 0"))
        #expect(hashed < sent)
    }

    /// Tells from where its bytes are read.
    private struct WatchedBody: BlobBody {
        let bytes: MemoryBody
        let watch: @Sendable (Int64) -> Void

        init(_ bytes: [UInt8], watch: @escaping @Sendable (Int64) -> Void) {
            self.bytes = MemoryBody(bytes)
            self.watch = watch
        }

        var size: Int64 { bytes.size }

        func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
            watch(offset)
            return try bytes.read(at: offset, into: buffer)
        }
    }

    @Test func `where the registry has forgotten it, the upload begins anew`() async throws {
        let registry = try FakeRegistry(fault: Self.cutting(2, 0.5))
        let count = Mutex(0)
        #expect(try await push(to: registry) { sent in count.withLock { $0 += sent } } == .uploaded)
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == 3)
        #expect(registry.exchanges.filter { $0.method == "GET" }.map(\.status) == [404, 404])
        #expect(count.withLock { $0 } == bytes.count)
    }

    @Test(arguments: [1, 2])
    func `an upload that the registry takes for whole and cannot close begins anew`(cuts: Int) async throws {
        let registry = try FakeRegistry(
            .with { ($0.resumesUploads, $0.countsBrokenBodies) = (true, true) },
            fault: Self.cutting(cuts, 0.3))
        let count = Mutex(0)
        #expect(try await push(to: registry) { sent in count.withLock { $0 += sent } } == .uploaded)
        #expect(registry.exchanges.filter { $0.method == "POST" }.count == cuts + 1)
        #expect(
            registry.exchanges.filter { $0.method == "DELETE" }.map(\.status)
                == Array(repeating: 204, count: cuts))
        #expect(count.withLock { $0 } == bytes.count)
    }

    @Test func `a registry that is busy when an upload is closed is not sent the blob again`() async throws {
        let left = Mutex(4)
        let registry = try FakeRegistry(.with { $0.resumesUploads = true }) { request in
            guard request.method == "PUT" else { return nil }
            return left.withLock { left in
                left -= 1
                return left >= 0 ? Fault(.unavailable) : nil
            }
        }
        #expect(try await push(to: registry) == .uploaded)
        #expect(registry.exchanges.filter { $0.method == "PATCH" }.map(\.status) == [202])
    }

    @Test func `a chunk at the wrong place is sent from where the registry says`() async throws {
        let bytes = content(2_000_000)
        try await withScript { request, before in
            switch (request.method, before) {
            case ("HEAD", _): .init(404)
            case ("POST", _): .init(202, ["Location": "/u?a=1"])
            case ("PATCH", 2): .init(416, ["Location": "/u?a=2", "Range": "0-1499999"])
            case ("GET", _): .init(204, ["Location": "/u?a=3", "Range": "0-1499999"])
            case ("PATCH", _): .init(202, ["Location": "/u?a=4", "Range": "0-1999999"])
            default: .init(201)
            }
        } _: { (connection, server) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
            let last = server.requests.last { $0.method == "PATCH" }
            #expect(last?.target == "/u?a=3")
            #expect(last?.headers["content-range"] == "1500000-1999999")
            #expect(last?.body == Array(bytes[1_500_000...]))
        }
    }

    @Test func `a lost closing answer does not send the blob again`() async throws {
        let left = Mutex(1)
        let registry = try FakeRegistry { request in
            guard request.method == "PUT" else { return nil }
            return left.withLock { left in
                left -= 1
                return left >= 0 ? Fault(.lostAnswer) : nil
            }
        }
        #expect(try await push(to: registry) == .uploaded)
        #expect(registry.exchanges.filter { $0.method == "PATCH" }.count == 1)
    }

    @Test func `a token that expires while a body is sent costs no second body`() async throws {
        let registry = try FakeRegistry(.with { $0.tokenUses = 3 })
        #expect(try await push(to: registry) == .uploaded)
        let patches = registry.exchanges.filter { $0.method == "PATCH" }
        #expect(patches.map(\.status) == [202])
        #expect(registry.exchanges.filter { $0.method == "PUT" }.map(\.status) == [401, 201])
    }

    @Test func `a refusal that comes before the body's end is told, not the broken line`() async throws {
        let server = try ScriptedServer(keepsRequests: true) { head, _ in
            switch head.method {
            case "HEAD": .init { _ in .init(404) }
            case "POST": .init { _ in .init(202, ["Location": "/u"]) }
            case "PATCH": .init(readingUpTo: 100_000) { _ in .init(413, [:], Array("<html>".utf8)) }
            default: .init { _ in .init(204) }
            }
        }
        try await withConnection(to: RegistryHost("127.0.0.1:\(server.port)")) { connection in
            let bytes = [UInt8](repeating: 7, count: 30_000_000)
            #expect(await reason { try await connection.push(repository, bytes) } == "push.toolarge")
        }
        // 30 MB, 16 MiB, 8 MiB … 256 KiB, each refused; on a busy machine the line may break before a refusal was read.
        #expect(
            Set(server.requests.filter { $0.method == "PATCH" }.map(\.length))
                == Set([30_000_000] + (18...24).map { 1 << $0 }))
        #expect(server.requests.allSatisfy { $0.headers["expect"] == nil })
    }
}
