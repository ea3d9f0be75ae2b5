import OCI
import Synchronization

/// What a connection has done so far.
package struct TrafficSummary: Hashable, Sendable {
    package var requests = 0
    package var retries = 0
    /// Each once, escaped, 4096 bytes in all.
    package var warnings: [String] = []
    /// What was found out about the way to the registry and is worth knowing, though everything went well.
    package var note: String?
}

/// The counters behind a summary, shared by all tasks that use a connection.
final class Traffic: Sendable {
    private struct State {
        var summary = TrafficSummary()
        var answered: Set<Origin> = []
    }

    private let state = Mutex(State())
    private static let maximumWarnings = 4096

    var summary: TrafficSummary { state.withLock(\.summary) }

    /// Whether the registry ever answered. One that never did is probably named wrongly and not worth waiting for.
    var hasAnswered: Bool { state.withLock { !$0.answered.isEmpty } }

    func hasAnswered(_ origin: Origin) -> Bool { state.withLock { $0.answered.contains(origin) } }

    func countRequest() { state.withLock { $0.summary.requests += 1 } }

    func countRetry() { state.withLock { $0.summary.retries += 1 } }

    func noteAnswer(of origin: Origin) { state.withLock { _ = $0.answered.insert(origin) } }

    /// Replaces what was noted before.
    func note(_ text: String) { state.withLock { $0.summary.note = escaped(text) } }

    func warn(_ text: String) {
        let text = escaped(text)
        state.withLock { state in
            let held = state.summary.warnings.reduce(0) { $0 + $1.utf8.count }
            guard !state.summary.warnings.contains(text), held + text.utf8.count <= Self.maximumWarnings
            else {
                return
            }
            state.summary.warnings.append(text)
        }
    }
}
