import AsyncHTTPClient
import NIOCore
import Synchronization

/// The content of an answer, which can be read once; who reads it again finds nothing.
///
/// One that ends before the size that its head announced is handed on as far as it came, and then counts as interrupted.
struct IncomingBody: Sendable {
    private let body: HTTPClientResponse.Body
    private let size: Int64?
    private let pass: Pass
    private let reading = Reading()

    /// AsyncHTTPClient ends the program when a body is read twice.
    private final class Reading: Sendable {
        private let hasBegun = Atomic(false)

        func begin() -> Bool { !hasBegun.exchange(true, ordering: .relaxed) }
    }

    /// - Parameter size: what the head says of the content that follows it, in bytes.
    init(_ body: HTTPClientResponse.Body, size: Int64?, _ pass: Pass) {
        self.body = body
        self.size = size
        self.pass = pass
    }

    /// Hands on the bytes as they come. What `sink` throws comes out as it is and ends the connection.
    func forEach(_ sink: (UnsafeRawBufferPointer) throws -> Void) async throws {
        try await read { piece in
            try piece.withUnsafeReadableBytes(sink)
            return true
        }
    }

    /// All bytes, or nothing if there are more than `limit`.
    func collect(upTo limit: Int) async throws -> [UInt8]? {
        var bytes: [UInt8]? = []
        try await read { piece in
            guard let count = bytes?.count, count + piece.readableBytes <= limit else {
                bytes = nil
                return false
            }
            bytes?.append(contentsOf: piece.readableBytesView)
            return true
        }
        return bytes
    }

    /// At most `limit` bytes from the beginning; the rest is not waited for.
    func prefix(_ limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await read { piece in
            bytes.append(contentsOf: piece.readableBytesView.prefix(limit - bytes.count))
            return bytes.count < limit
        }
        return bytes
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
