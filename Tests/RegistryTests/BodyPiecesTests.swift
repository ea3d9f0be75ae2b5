import NIOCore
import OCI
import Synchronization
import Testing

@testable import Registry

@Suite struct BodyPiecesTests {
    private let bytes = content(600_000)

    @Test func `who reads on for a request that was lost counts nothing and hashes nothing`() async throws {
        let told = Mutex(0)
        let pieces = BodyPieces(
            body: MemoryBody(bytes), range: 0..<Int64(bytes.count), hash: BodyHash(),
            expected: Digest(of: bytes),
            onBytes: { count in told.withLock { $0 += count } })
        var lost = pieces.makeAsyncIterator()
        _ = try await lost.next()
        #expect(told.withLock { $0 } == BodyPieces.pieceSize)
        var whole: [UInt8] = []
        var second = pieces.makeAsyncIterator()
        #expect(told.withLock { $0 } == 0)
        while let piece = try await second.next() {
            whole += piece.readableBytesView
            await #expect(throws: CancellationError.self) { _ = try await lost.next() }
        }
        #expect(whole == bytes)
        #expect(told.withLock { $0 } == bytes.count)
        #expect(pieces.record.count == pieces.size && pieces.record.failure == nil)

        pieces.takeBack()
        #expect(told.withLock { $0 } == 0)
        var late = pieces.makeAsyncIterator()
        await #expect(throws: CancellationError.self) { _ = try await late.next() }
        #expect(told.withLock { $0 } == 0)
    }
}
