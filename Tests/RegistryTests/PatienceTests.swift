import OCI
import Servers
import Synchronization
import Testing

@testable import Registry

@Suite struct PatienceTests {
    private static let type = ["Content-Type": MediaType.ociManifest.text]

    @Test func `every wait is told and the run's retries are summed by their reasons`() async throws {
        let told = Mutex<[Patience.Wait]>([])
        let patience = Patience()
        patience.show { wait in told.withLock { $0.append(wait) } }
        try await withScript { _, before in
            switch before {
            case 0: .init(429, ["Retry-After": "7"])
            case 1: .init(502)
            case 2: .init(raw: [])
            default: .init(200, Self.type, [1])
            }
        } options: {
            $0.patience = patience
        } _: { (connection, server) async throws in
            _ = try await connection.manifest(repository, .tag(try Tag("a")))
            let waits = told.withLock { $0 }
            #expect(waits.map(\.attempt) == [2, 3, 4])
            #expect(waits.first?.duration == .seconds(7))
            #expect(
                waits.first?.cause
                    == "127.0.0.1:\(server.port): GET /v2/team/app/manifests/a answered 429")
        }
        #expect(patience.summary.retries == 3)
        #expect(patience.summary.causes == ["rate.limited": 1, "unavailable": 1, "unreachable": 1])
    }

    @Test func `a registry that asks for no wait at all is not run against`() async throws {
        let waits = Waits()
        try await withScript { _, before in
            before < 3 ? .init(429, ["Retry-After": "0"]) : .init(200, Self.type, [1])
        } options: {
            $0.pause = { waits.add($0) }
        } _: { connection, _ in
            _ = try await connection.manifest(repository, .tag(try Tag("a")))
        }
        #expect(waits.all.count == 3)
        #expect(zip(waits.all, [250, 500, 1000]).allSatisfy { $0 >= .milliseconds($1) })
    }

    @Test func `a run does not wait longer than its budget`() async throws {
        let waits = Waits()
        try await withScript { _, _ in
            .init(503, ["Retry-After": "5"])
        } options: {
            $0.pause = { waits.add($0) }
            $0.waitBudget = .seconds(4)
        } _: { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.manifest(repository, .tag(try Tag("a")))
            }
            #expect(error?.reason == "retry.budget")
            #expect(error?.description.contains("answered 503: the 4 seconds") == true)
            #expect(server.requests.count == 1)
        }
        #expect(waits.all == [])
    }

    @Test func `waits at the same time count once against the budget`() async throws {
        let patience = Patience()
        let wait = Patience.Wait(duration: .seconds(40), cause: "", attempt: 2, limit: 6)
        let gate = Mutex<[CheckedContinuation<Void, Never>]>([])
        let pause: @Sendable (Duration) async throws -> Void = { _ in
            await withCheckedContinuation { continuation in gate.withLock { $0.append(continuation) } }
        }
        async let first = patience.wait(wait, because: "a", budget: .seconds(60), by: pause)
        async let second = patience.wait(wait, because: "a", budget: .seconds(60), by: pause)
        while gate.withLock({ $0.count }) < 2 { await Task.yield() }
        gate.withLock { gate in gate.forEach { $0.resume() } }
        let both = try await [first, second]
        #expect(both == [true, true])
        #expect(patience.summary.waited < .seconds(40))
    }
}
