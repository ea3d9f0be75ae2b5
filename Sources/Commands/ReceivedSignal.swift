import Synchronization

/// The first signal that came; the watch and the command both look at it.
final class ReceivedSignal: Sendable {
    private let number = Mutex<Int32?>(nil)

    /// Whether `signal` is the first.
    func set(_ signal: Int32) -> Bool {
        number.withLock { value in
            guard value == nil else { return false }
            value = signal
            return true
        }
    }

    var value: Int32? { number.withLock { $0 } }
}
