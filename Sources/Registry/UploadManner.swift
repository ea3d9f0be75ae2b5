import Synchronization

/// How a registry, together with whatever stands before it, takes uploads; what one upload finds out is known to all.
final class UploadManner: Sendable {
    /// The largest and the smallest body that are tried in place of one that was too large. Bytes.
    ///
    /// The smallest is what a proxy must let through for a release's documents as well.
    static let largestChunk: Int64 = 64 << 20
    static let smallestChunk: Int64 = 256 << 10

    private struct State {
        var bodyLimit: Int64?
        var takesPatch = true
    }

    private let state: Mutex<State>

    init(bodyLimit: Int64? = nil) {
        state = Mutex(State(bodyLimit: bodyLimit))
    }

    /// The largest body of one request; nothing where none was refused so far.
    var bodyLimit: Int64? { state.withLock(\.bodyLimit) }

    var takesPatch: Bool { state.withLock(\.takesPatch) }

    func noteThatPatchIsRefused() { state.withLock { $0.takesPatch = false } }

    /// Sees to it that no body is as large again as one that was refused.
    ///
    /// - Returns: the new limit; nothing where there is no smaller one.
    func narrow(below size: Int64) -> Int64? {
        var limit = Self.largestChunk
        while limit >= size { limit /= 2 }
        guard limit >= Self.smallestChunk else { return nil }
        return state.withLock { state in
            let narrowed = min(state.bodyLimit ?? limit, limit)
            state.bodyLimit = narrowed
            return narrowed
        }
    }
}
