import LibCrypto
import OCI

/// Where the exporter has blobs from: a registry, a folder, memory.
package protocol BlobSource: Sendable {
    /// Hands the bytes of `entry` to `sink` in order. Need not check them: whoever takes them does.
    func fetch(_ entry: BundleEntry, into sink: (UnsafeRawBufferPointer) throws -> Void) async throws
}
