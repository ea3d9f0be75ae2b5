import OCI
import Synchronization

/// The blobs that a registry said to have in another size than their descriptors promise.
final class OddSizes: Sendable {
    private let known = Mutex<[RepositoryName: Set<Digest>]>([:])

    func contains(_ digest: Digest, in repository: RepositoryName) -> Bool {
        known.withLock { $0[repository]?.contains(digest) == true }
    }

    func add(_ digest: Digest, in repository: RepositoryName) {
        _ = known.withLock { $0[repository, default: []].insert(digest) }
    }
}
