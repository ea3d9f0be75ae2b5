import BundleFormat
import OCI
import Synchronization

/// A source that holds its blobs in memory, may tell lies about them and keeps account of who asked.
final class ShelfSource: BlobSource {
    private let blobs: [Digest: [UInt8]]
    private let asked = Mutex<[Digest]>([])
    /// After so many blobs the source is gone.
    private let limit: Int

    init(_ blobs: [Digest: [UInt8]], limit: Int = .max) {
        self.blobs = blobs
        self.limit = limit
    }

    struct Gone: Error {}

    /// The blobs that were handed out, each as often as it was.
    var fetched: [Digest] { asked.withLock { $0 } }

    func with(_ digest: Digest, _ bytes: [UInt8]) -> ShelfSource {
        var blobs = blobs
        blobs[digest] = bytes
        return ShelfSource(blobs)
    }

    func fetch(_ entry: BundleEntry, into sink: (UnsafeRawBufferPointer) throws -> Void) async throws {
        let number = asked.withLock { asked in
            asked.append(entry.digest)
            return asked.count
        }
        guard number <= limit, let bytes = blobs[entry.digest] else { throw Gone() }
        // In uneven pieces, as a network has them.
        try bytes.withUnsafeBytes { buffer in
            for start in stride(from: 0, to: buffer.count, by: 4097) {
                try sink(UnsafeRawBufferPointer(rebasing: buffer[start..<min(start + 4097, buffer.count)]))
            }
        }
    }
}
