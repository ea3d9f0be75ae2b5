import LibCrypto
import NIOCore
import OCI
import Synchronization

/// The hash of a blob that is read from its beginning on, over as many requests as it takes.
///
/// Bytes that were sent and have to be sent again may have changed meanwhile, so whoever goes back begins anew.
final class BodyHash: Sendable {
    private struct State: ~Copyable {
        var hash: SHA256? = SHA256()
        var count: Int64 = 0
    }

    private let state = Mutex(State())

    /// How many bytes were hashed.
    var count: Int64 { state.withLock { $0.count } }

    func add(_ bytes: ByteBufferView) {
        state.withLock { state in
            bytes.withUnsafeBytes { state.hash?.update($0) }
            state.count += Int64(bytes.count)
        }
    }

    func restart() { state.withLock { $0 = State() } }

    /// The digest of everything that was hashed; only `restart` makes the hash good for more.
    func finish() -> Digest? {
        state.withLock { state in
            guard let hash = state.hash.take() else { return nil }
            return Digest(sha256: hash.finish())
        }
    }
}
