import Dispatch
import Glibc
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
        let door = Door()
        try await withScript { _, before in
            // Eight come at once and are refused, as are the four after them. Later whoever is let in waits for others.
            if before < 8 { door.pass(with: 8, atMost: 10) }
            if before < 12 { return ScriptedServer.Reply(429) }
            door.pass(with: 5, atMost: 0.1)
            return .init(200, ["Content-Type": type], [1])
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

/// Where the threads of a server wait for each other, so that what comes at once is seen to.
private final class Door: Sendable {
    private let state = Mutex((waiting: 0, openings: 0))

    /// Waits until so many are here, who then pass together, or for so many seconds.
    func pass(with others: Int, atMost seconds: Double) {
        let end = ContinuousClock.now + .seconds(seconds)
        let before: Int? = state.withLock { state in
            state.waiting += 1
            guard state.waiting >= others else { return state.openings }
            state = (0, state.openings + 1)
            return nil
        }
        guard let before else { return }
        while state.withLock({ $0.openings }) == before {
            guard ContinuousClock.now < end else {
                state.withLock { if $0.openings == before { $0.waiting -= 1 } }
                return
            }
            usleep(1000)
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
