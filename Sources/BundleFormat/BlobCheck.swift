import LibCrypto
import OCI

/// Takes the bytes of one blob, counts and hashes them on the way, and ends well only if they are the blob.
///
/// The size is compared before anything is passed on, so an endless source costs one chunk and not a disk.
package final class BlobCheck {
    private let entry: BundleEntry
    private let name: String
    private var hash = SHA256()
    package private(set) var count: Int64 = 0

    /// - Parameter name: how messages call the thing that is read.
    package init(_ entry: BundleEntry, named name: String) {
        self.entry = entry
        self.name = name
    }

    package func take(_ bytes: UnsafeRawBufferPointer) throws(Finding) {
        count += Int64(bytes.count)
        guard count <= entry.size else {
            throw Finding(
                .content, "pull.size", at: .content, "\(name): is longer than its \(entry.size) bytes")
        }
        hash.update(bytes)
    }

    package func finish() throws(Finding) {
        guard count == entry.size else {
            throw Finding(
                .content, "pull.size", at: .content, "\(name): ended after \(count) of \(entry.size) bytes")
        }
        let found = Digest(sha256: finished())
        guard found == entry.digest else {
            throw Finding(
                .content, "pull.digest", at: .content, "\(name): expected \(entry.digest), read \(found)")
        }
    }

    private func finished() -> [UInt8] {
        var last = SHA256()
        swap(&last, &hash)
        return last.finish()
    }
}
