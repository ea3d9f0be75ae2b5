import NIOCore
import OCI
import Synchronization

/// A stretch of a blob on its way out, hashed as it goes together with everything before it.
///
/// Holds one piece in memory. What went wrong in reading is asked for afterwards: the HTTP library reports a body that throws
/// as a lost connection.
struct BodyPieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    static let pieceSize = 256 * 1024

    let body: any BlobBody
    let range: Range<Int64>
    let hash: BodyHash
    /// What the whole blob must be before its last piece goes out; nothing where that is seen to later.
    var expected: Digest?
    let record = Record()
    let onBytes: @Sendable (Int) -> Void

    /// How many bytes are sent.
    var size: Int64 { range.upperBound - range.lowerBound }

    /// Begins the stretch anew, as is done when a request has to be sent twice.
    func makeAsyncIterator() -> Iterator { Iterator(pieces: self, round: begin()) }

    /// Tells the watcher that what was sent does not count. Whoever still reads for the request that was lost, or only now
    /// begins to, reads in vain.
    func takeBack() {
        let count = record.end()
        if count > 0 { onBytes(-Int(count)) }
    }

    private func begin() -> Int {
        let (count, round) = record.restart()
        if count > 0 { onBytes(-Int(count)) }
        return round
    }

    /// Begins anew with hashing what comes before, unless that was just done.
    func passOver() async throws { try await passOver(in: begin()) }

    private func passOver(in round: Int) async throws {
        guard hash.count != range.lowerBound else { return }
        try record.add(0, in: round) { hash.restart() }
        var offset: Int64 = 0
        while offset < range.lowerBound {
            // Gigabytes may lie before, and nothing below waits for anybody.
            try Task.checkCancellation()
            await Task.yield()
            let piece = try read(at: offset, before: range.lowerBound)
            try record.add(0, in: round) { hash.add(piece.readableBytesView) }
            offset += Int64(piece.readableBytes)
        }
    }

    private func read(at offset: Int64, before end: Int64) throws -> ByteBuffer {
        let count = Int(Swift.min(Int64(Self.pieceSize), end - offset))
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        let read = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
            try body.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: space[..<count]))
        }
        guard read == count else { throw ChangedBody(found: nil) }
        return buffer
    }

    struct Iterator: AsyncIteratorProtocol {
        let pieces: BodyPieces
        private let round: Int
        private var offset: Int64
        private var hasPassedOver = false

        init(pieces: BodyPieces, round: Int) {
            self.pieces = pieces
            self.round = round
            offset = pieces.range.lowerBound
        }

        mutating func next() async throws -> ByteBuffer? {
            do {
                if !hasPassedOver {
                    try await pieces.passOver(in: round)
                    hasPassedOver = true
                }
                guard offset < pieces.range.upperBound else { return nil }
                let buffer = try pieces.read(at: offset, before: pieces.range.upperBound)
                let end = offset + Int64(buffer.readableBytes)
                try pieces.take(buffer, endsAt: end, in: round)
                offset = end
                pieces.onBytes(buffer.readableBytes)
                return buffer
            } catch {
                pieces.record.fail(error, in: round)
                throw error
            }
        }
    }

    /// Hashes a piece and counts it; behind the last one, sees whether everything is what it must be.
    private func take(_ piece: ByteBuffer, endsAt end: Int64, in round: Int) throws {
        var found = expected
        try record.add(piece.readableBytes, in: round) {
            hash.add(piece.readableBytesView)
            if expected != nil, end == range.upperBound { found = hash.finish() }
        }
        guard found == expected else { throw ChangedBody(found: found) }
    }

    /// The body is not what it was said to be: ended before its own size, or of another digest.
    struct ChangedBody: Error {
        let found: Digest?
    }

    /// What was sent so far. The HTTP library may read on for a request that is lost already, so each reading is a round of its
    /// own, and what belongs to an earlier one neither counts nor is hashed.
    final class Record: Sendable {
        private struct State {
            var count: Int64 = 0
            var failure: (any Error)?
            var round = 0
            var isOver = false
        }

        private let state = Mutex(State())

        /// Counts bytes and has them hashed. Throws `CancellationError` where they are not of the present round, which does not
        /// end meanwhile.
        func add(_ count: Int, in round: Int, hash: () -> Void) throws {
            try state.withLock { state in
                guard state.round == round, !state.isOver else { throw CancellationError() }
                state.count += Int64(count)
                hash()
            }
        }

        /// Forgets what was sent, and says how much that was; begins a new round.
        func restart() -> (count: Int64, round: Int) {
            state.withLock { state in
                let count = state.count
                state = State(round: state.round + 1, isOver: state.isOver)
                return (count, state.round)
            }
        }

        /// Forgets what was sent, and says how much that was; there is no further round.
        func end() -> Int64 {
            state.withLock { state in
                defer { (state.count, state.isOver) = (0, true) }
                return state.count
            }
        }

        func fail(_ error: any Error, in round: Int) {
            state.withLock { if $0.round == round { $0.failure = error } }
        }

        var count: Int64 { state.withLock { $0.count } }

        var failure: (any Error)? { state.withLock { $0.failure } }
    }
}
