import LibCrypto
import NIOCore
import OCI
import Synchronization

/// The bytes of a blob on their way out, from an offset on, hashed as they go; those before are hashed too.
///
/// Holds one piece in memory. What went wrong in reading, and the digest of everything, are asked for afterwards: the
/// HTTP library reports a body that throws as a lost connection.
struct BodyPieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    static let pieceSize = 256 * 1024

    let body: any BlobBody
    /// What comes before is at its place already.
    let start: Int64
    let record = Record()
    let onBytes: @Sendable (Int) -> Void

    init(body: any BlobBody, from start: Int64 = 0, onBytes: @escaping @Sendable (Int) -> Void) {
        self.body = body
        self.start = start
        self.onBytes = onBytes
    }

    /// How many bytes are sent.
    var size: Int64 { body.size - start }

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

    /// Hashes what is not sent.
    func passOver() throws {
        var offset: Int64 = 0
        while offset < start {
            let piece = try read(at: offset, before: start)
            record.hash(piece.readableBytesView)
            offset += Int64(piece.readableBytes)
        }
    }

    private func read(at offset: Int64, before end: Int64) throws -> ByteBuffer {
        let count = Int(Swift.min(Int64(Self.pieceSize), end - offset))
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        let read = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
            try body.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: space[..<count]))
        }
        guard read == count else { throw ShortBody() }
        return buffer
    }

    struct Iterator: AsyncIteratorProtocol {
        let pieces: BodyPieces
        private var offset: Int64 = 0

        init(pieces: BodyPieces) {
            self.pieces = pieces
        }

        mutating func next() async throws -> ByteBuffer? {
            do {
                if offset == 0 {
                    try pieces.passOver()
                    offset = pieces.start
                }
                guard offset < pieces.body.size else { return nil }
                let buffer = try pieces.read(at: offset, before: pieces.body.size)
                pieces.record.add(buffer.readableBytesView)
                offset += Int64(buffer.readableBytes)
                pieces.onBytes(buffer.readableBytes)
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

        /// Bytes that are hashed and not sent.
        func hash(_ bytes: ByteBufferView) {
            state.withLock { state in bytes.withUnsafeBytes { state.hash?.update($0) } }
        }

        func add(_ bytes: ByteBufferView) {
            hash(bytes)
            state.withLock { $0.count += Int64(bytes.count) }
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

        /// The digest of everything that was hashed; the record is closed by it.
        func finish() -> Digest? {
            state.withLock { state in
                guard let hash = state.hash.take() else { return nil }
                return Digest(sha256: hash.finish())
            }
        }
    }
}
