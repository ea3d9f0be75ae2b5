/// The bytes of one blob, wherever they lie, readable from any offset and more than once.
///
/// What is sent to a registry must be repeatable: a lost connection or a renewed token means sending it again.
package protocol BlobBody: Sendable {
    /// Bytes.
    var size: Int64 { get }

    /// Fills `buffer` with the bytes from `offset` on and says how many there are: fewer than the buffer holds only
    /// at the blob's end.
    func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// A blob that is held in memory: a document, never a layer.
package struct MemoryBody: BlobBody {
    package let bytes: [UInt8]

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var size: Int64 { Int64(bytes.count) }

    package func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let rest = bytes[Int(min(offset, size))...].prefix(buffer.count)
        buffer.copyBytes(from: rest)
        return rest.count
    }
}
