import Synchronization

/// What one run may spend on waiting for its registries, and what it has spent: shared by all its connections.
///
/// Waits of several tasks at the same time count once, as people do who sit before the screen.
package final class Patience: Sendable {
    /// A request that is about to be made again.
    package struct Wait: Hashable, Sendable {
        package let duration: Duration
        /// What went wrong, for people; no secret is in it.
        package let cause: String
        /// The number of the attempt that comes after the wait.
        package let attempt: Int
        package let limit: Int
    }

    /// What was asked again, and what for.
    package struct Summary: Hashable, Sendable {
        package var retries = 0
        package var waited: Duration = .zero
        /// How often, by the reason word of what went wrong.
        package var causes: [String: Int] = [:]
    }

    private struct State {
        var summary = Summary()
        var waiting = 0
        var since = ContinuousClock.now
        var watch: (@Sendable (Wait) -> Void)?
    }

    private let state = Mutex(State())

    package init() {}

    package var summary: Summary { state.withLock(\.summary) }

    /// Tells `watch` of every wait from now on; nothing ends that.
    package func show(to watch: (@Sendable (Wait) -> Void)?) {
        state.withLock { $0.watch = watch }
    }

    /// Waits by `pause`, unless the run would then have waited longer than `budget`.
    ///
    /// - Returns: whether there was patience left.
    func wait(
        _ wait: Wait, because reason: String, budget: Duration,
        by pause: @Sendable (Duration) async throws -> Void,
    ) async throws -> Bool {
        let (isAllowed, watch) = state.withLock { state in
            let running: Duration = state.waiting > 0 ? .now - state.since : .zero
            guard state.summary.waited + running + wait.duration <= budget else {
                return (false, state.watch)
            }
            state.summary.retries += 1
            state.summary.causes[reason, default: 0] += 1
            if state.waiting == 0 { state.since = .now }
            state.waiting += 1
            return (true, state.watch)
        }
        guard isAllowed else { return false }
        defer { endWait() }
        guard wait.duration > .zero else { return true }
        watch?(wait)
        try await pause(wait.duration)
        return true
    }

    private func endWait() {
        state.withLock { state in
            state.waiting -= 1
            if state.waiting == 0 { state.summary.waited += .now - state.since }
        }
    }
}
