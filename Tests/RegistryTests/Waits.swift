import Synchronization

/// The waits that a connection was asked to make.
final class Waits: Sendable {
    private let state = Mutex<[Duration]>([])

    var all: [Duration] { state.withLock { $0 } }

    func add(_ wait: Duration) { state.withLock { $0.append(wait) } }
}
