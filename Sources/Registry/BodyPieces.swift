import LibCrypto
import NIOCore
import OCI
import Synchronization

/// The bytes of a blob on their way out, hashed as they go.
///
/// Holds one piece in memory. What went wrong in reading, and the digest of what was sent, are asked for
/// afterwards: the HTTP library reports a body that throws as a lost connection.
struct BodyPieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    static let pieceSize = 256 * 1024

    let body: any BlobBody
    let record = Record()
    let onBytes: @Sendable (Int) -> Void

    var size: Int64 { body.size }

    /// Begins the body anew, as is done when a request has to be sent twice.
    func makeAsyncIterator() -> Iterator {
        takeBack()
        return Iterator(pieces: self)
    }

    /// Tells the watcher that what was sent does not count.
    func takeBack() {
        let count = record.restart()
        if count > 0 { onBytes(-Int(count)) }
    }

    struct Iterator: AsyncIteratorProtocol {
        let pieces: BodyPieces
        private var offset: Int64 = 0

        init(pieces: BodyPieces) {
            self.pieces = pieces
        }

        mutating func next() async throws -> ByteBuffer? {
            let count = Int(Swift.min(Int64(BodyPieces.pieceSize), pieces.size - offset))
            guard count > 0 else { return nil }
            do {
                var buffer = ByteBufferAllocator().buffer(capacity: count)
                let read = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
                    let piece = UnsafeMutableRawBufferPointer(rebasing: space[..<count])
                    return try pieces.body.read(at: offset, into: piece)
                }
                guard read == count else { throw ShortBody() }
                buffer.withUnsafeReadableBytes { pieces.record.add($0) }
                offset += Int64(count)
                pieces.onBytes(count)
                return buffer
            } catch {
                pieces.record.fail(error)
                throw error
            }
        }
    }

    /// The body ended before its own size.
    struct ShortBody: Error {}

    /// What was sent so far.
    final class Record: Sendable {
        private struct State: ~Copyable {
            var hash: SHA256? = SHA256()
            var count: Int64 = 0
            var failure: (any Error)?
        }

        private let state = Mutex(State())

        func add(_ bytes: UnsafeRawBufferPointer) {
            state.withLock { state in
                state.hash?.update(bytes)
                state.count += Int64(bytes.count)
            }
        }

        /// Forgets what was sent, and says how much that was.
        func restart() -> Int64 {
            state.withLock { state in
                let count = state.count
                state = State()
                return count
            }
        }

        func fail(_ error: any Error) { state.withLock { $0.failure = error } }

        var count: Int64 { state.withLock { $0.count } }

        var failure: (any Error)? { state.withLock { $0.failure } }

        /// The digest of everything that was sent; the record is closed by it.
        func finish() -> Digest? {
            state.withLock { state in
                guard let hash = state.hash.take() else { return nil }
                return Digest(sha256: hash.finish())
            }
        }
    }
}
