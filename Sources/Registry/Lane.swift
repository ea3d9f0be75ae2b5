import Synchronization

/// How many requests may be under way to one origin: as many as it bears, which is found out by trying.
///
/// An answer that says "too busy", or none at all, halves the number; good answers raise it again, by one for each
/// round of them. Requests that were sent before it was halved say nothing new and do not halve it again.
final class Lane: Sendable {
    private struct State {
        var limit: Double
        var running = 0
        var round = 0
        var next = 0
        var waiting: [(number: Int, continuation: Waiter)] = []

        /// Takes out of the row whoever there is room for.
        mutating func admit() -> [Waiter] {
            var admitted: [Waiter] = []
            while running < Int(limit), !waiting.isEmpty {
                running += 1
                admitted.append(waiting.removeFirst().continuation)
            }
            return admitted
        }
    }

    private typealias Waiter = CheckedContinuation<Int, any Error>

    private let ceiling: Double
    private let state: Mutex<State>

    /// - Parameter ceiling: what is tried first, and never exceeded.
    init(ceiling: Int) {
        self.ceiling = Double(max(ceiling, 1))
        state = Mutex(State(limit: Double(max(ceiling, 1))))
    }

    /// What may be under way now.
    var limit: Int { state.withLock { Int($0.limit) } }

    /// Whether somebody stands in the row.
    var hasWaiters: Bool { state.withLock { !$0.waiting.isEmpty } }

    /// Waits for room. Who was let in leaves by `Pass.end`, at the latest when nobody holds the pass.
    func enter() async throws -> Pass {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        let round = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int, any Error>) in
                var isCancelled = false
                change { state in
                    // Asked under the lock, so that a cancellation is seen here or finds the waiter in the row.
                    isCancelled = Task.isCancelled
                    if !isCancelled { state.waiting.append((number, continuation)) }
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiting.firstIndex { $0.number == number }.map {
                    state.waiting.remove(at: $0).continuation
                }
            }
            waiter?.resume(throwing: CancellationError())
        }
        return Pass(self, round: round)
    }

    /// Changes what is known, and wakes whoever may go then.
    ///
    /// Never under the lock: who wakes a task takes that task's lock, and who cancels one holds it when he asks for ours.
    private func change(_ body: (inout State) -> Void) {
        let (admitted, round) = state.withLock { state in
            body(&state)
            return (state.admit(), state.round)
        }
        for waiter in admitted { waiter.resume(returning: round) }
    }

    fileprivate func leave() {
        change { $0.running -= 1 }
    }

    fileprivate func widen() {
        change { $0.limit = min(ceiling, $0.limit + 1 / $0.limit) }
    }

    fileprivate func narrow(round: Int) {
        state.withLock { state in
            guard round == state.round else { return }
            state.round += 1
            state.limit = max(1, Double(min(Int(state.limit), state.running)) / 2)
        }
    }
}

/// The leave to have one request under way, from before it is sent until its answer was read or is dropped.
final class Pass: Sendable {
    private let lane: Lane
    private let round: Int
    private let hasEnded = Atomic(false)

    init(_ lane: Lane, round: Int) {
        self.lane = lane
        self.round = round
    }

    deinit { end() }

    /// The origin answered as one does who is not too busy.
    func wentWell() { lane.widen() }

    /// The origin had too much to do, or the connection was lost.
    func wentBadly() { lane.narrow(round: round) }

    func end() {
        if !hasEnded.exchange(true, ordering: .acquiringAndReleasing) { lane.leave() }
    }
}

/// The lanes to all origins that a transport talks to.
final class Lanes: Sendable {
    private let ceiling: Int
    private let known = Mutex<[Origin: Lane]>([:])

    init(ceiling: Int) {
        self.ceiling = ceiling
    }

    subscript(origin: Origin) -> Lane {
        known.withLock { known in
            let lane = known[origin] ?? Lane(ceiling: ceiling)
            known[origin] = lane
            return lane
        }
    }
}
