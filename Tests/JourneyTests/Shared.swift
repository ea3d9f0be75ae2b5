import Synchronization

/// Something that is made once for all tests and let go when they end: nothing else ends what a global holds.
final class Shared<Value: Sendable>: Sendable {
    private let made = Mutex<Result<Value, any Error>?>(nil)

    func value(_ make: () throws -> Value) throws -> Value {
        try made.withLock { made in
            let result = made ?? Result { try make() }
            made = result
            return try result.get()
        }
    }

    func letGo() {
        made.withLock { $0 = nil }
    }
}
