import Dispatch
import OCI
import Servers
import Synchronization
import Testing

@testable import Registry

@Suite struct LaneTests {
    @Test func `trouble halves what is under way and good answers raise it again`() async throws {
        let lane = Lane(ceiling: 8)
        var passes: [Pass] = []
        for _ in 0..<8 { passes.append(try await lane.enter()) }
        passes[0].wentBadly()
        #expect(lane.limit == 4)
        passes[1].wentBadly()
        passes[2].wentBadly()
        #expect(lane.limit == 4, "what was sent before says nothing new")
        passes.removeAll()
        let next = try await lane.enter()
        for _ in 0..<100 { next.wentWell() }
        #expect(lane.limit == 8)
    }

    @Test func `one request is always let through`() async throws {
        let lane = Lane(ceiling: 4)
        for _ in 0..<5 {
            let pass = try await lane.enter()
            pass.wentBadly()
            pass.end()
            pass.end()
        }
        #expect(lane.limit == 1)
    }

    @Test func `who is cancelled while waiting leaves the row and takes no place`() async throws {
        let lane = Lane(ceiling: 1)
        let first = try await lane.enter()
        let waiting = Task { try await lane.enter() }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        first.end()
        _ = try await lane.enter()
    }

    /// Whoever wakes a task takes its lock, and whoever cancels it holds that lock while he asks for the lane's: one of them under
    /// the lane's lock, and both stand still for ever.
    @Test func `nobody is woken under the lane's lock`() async throws {
        let lane = Lane(ceiling: 1)
        let executor = AskingExecutor(lane)
        let first = try await lane.enter()
        let second = Task(executorPreference: executor) { try await lane.enter() }
        try await waitUntil("the second in the row") { lane.hasWaiters }
        let before = executor.count.load(ordering: .relaxed)
        first.end()
        _ = try await second.value
        #expect(executor.count.load(ordering: .relaxed) > before, "it was woken")
        #expect(executor.blocked.load(ordering: .relaxed) == 0)
    }

    @Test func `fewer requests are under way after a 429, and more again later`() async throws {
        let type = MediaType.ociManifest.text
        let isBusy = Atomic(true)
        try await withScript { request, before in
            // Eight come at once; they are refused until nobody asks beside another.
            var reply =
                isBusy.load(ordering: .relaxed) && before < 12
                ? ScriptedServer.Reply(429) : .init(200, ["Content-Type": type], [1])
            reply.silence.before = 0.02
            return reply
        } options: {
            $0.maximumConnections = 8
        } _: { (connection, server) async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<20 {
                            _ = try await connection.manifest(repository, .tag(try Tag("a")))
                        }
                    }
                }
                try await group.waitForAll()
            }
            let underWay = server.exchanges.map(\.underWay)
            let busy = try #require(server.exchanges.lastIndex { $0.status == 429 })
            #expect(underWay[..<8].max() ?? 0 > 4)
            #expect(underWay[(busy + 1)...].prefix(6).max() ?? 8 <= 4)
            #expect(underWay[(busy + 40)...].max() ?? 0 > 4)
        }
    }
}

/// Asks the lane for something, from another thread, whenever one of its tasks is woken.
private final class AskingExecutor: TaskExecutor {
    private let lane: Lane
    let count = Atomic(0)
    let blocked = Atomic(0)

    init(_ lane: Lane) {
        self.lane = lane
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let asked = DispatchSemaphore(value: 0)
        DispatchQueue.global().async { [lane] in
            _ = lane.limit
            asked.signal()
        }
        if asked.wait(timeout: .now() + 5) == .timedOut { blocked.add(1, ordering: .relaxed) }
        count.add(1, ordering: .relaxed)
        let job = UnownedJob(job)
        DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
