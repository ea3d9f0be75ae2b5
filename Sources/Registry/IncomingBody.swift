import AsyncHTTPClient
import NIOCore
import Synchronization

/// The content of an answer, which can be read once; who reads it again finds nothing.
///
/// One that ends before the size that its head announced is handed on as far as it came, and then counts as interrupted.
struct IncomingBody: Sendable {
    private let body: HTTPClientResponse.Body
    private let size: Int64?
    private let limits: ContentTime
    private let pass: Pass
    private let reading = Reading()

    /// AsyncHTTPClient ends the program when a body is read twice.
    private final class Reading: Sendable {
        private let hasBegun = Atomic(false)

        func begin() -> Bool { !hasBegun.exchange(true, ordering: .relaxed) }
    }

    /// - Parameter size: what the head says of the content that follows it, in bytes.
    init(_ body: HTTPClientResponse.Body, size: Int64?, within limits: ContentTime, _ pass: Pass) {
        self.body = body
        self.size = size
        self.limits = limits
        self.pass = pass
    }

    /// Hands on the bytes as they come. What `sink` throws comes out as it is and ends the connection.
    func forEach(_ sink: (UnsafeRawBufferPointer) throws -> Void) async throws {
        try await read { piece in
            try piece.withUnsafeReadableBytes(sink)
            return true
        }
    }

    /// Returns all bytes, or `nil` if there are more than `limit`. Content that takes too long counts as stalled.
    func collect(upTo limit: Int) async throws -> [UInt8]? {
        let bytes = Mutex<[UInt8]?>([])
        try await readInTime { piece in
            bytes.withLock { bytes in
                guard let count = bytes?.count, count + piece.readableBytes <= limit else {
                    bytes = nil
                    return false
                }
                bytes?.append(contentsOf: piece.readableBytesView)
                return true
            }
        }
        return bytes.withLock { $0 }
    }

    /// Returns at most `limit` bytes from the beginning, or fewer where the rest takes too long.
    func prefix(_ limit: Int) async throws -> [UInt8] {
        let bytes = Mutex<[UInt8]>([])
        do {
            try await readInTime { piece in
                bytes.withLock { bytes in
                    bytes.append(contentsOf: piece.readableBytesView.prefix(limit - bytes.count))
                    return bytes.count < limit
                }
            }
        } catch TransportFailure.stalled {
            // The status is known and the text only explains it, so what has come by now is enough.
        }
        return bytes.withLock { $0 }
    }

    /// Reads within the limits of time; otherwise ends the connection and throws `.stalled`.
    private func readInTime(_ wantsMore: @escaping @Sendable (ByteBuffer) -> Bool) async throws {
        let watch = ContentTime.Watch(limits)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await read { piece in
                    watch.noteProgress()
                    return wantsMore(piece)
                }
            }
            group.addTask {
                try await watch.expire()
                throw TransportFailure.stalled
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    /// - Parameter wantsMore: takes a piece, and says whether another is wanted.
    private func read(_ wantsMore: (ByteBuffer) throws -> Bool) async throws {
        defer { pass.end() }
        guard reading.begin() else { return }
        var count: Int64 = 0
        var pieces = body.makeAsyncIterator()
        while let piece = try await Self.next(&pieces) {
            count += Int64(piece.readableBytes)
            guard try wantsMore(piece) else { return }
        }
        guard let size, count < size else { return }
        throw TransportFailure.interrupted("\(count) of \(size) bytes came")
    }

    private static func next(_ pieces: inout HTTPClientResponse.Body.AsyncIterator) async throws
        -> ByteBuffer?
    {
        do {
            return try await pieces.next()
        } catch {
            throw try HTTPTransport.failure(error)
        }
    }
}
