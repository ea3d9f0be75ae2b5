import OCI
import Synchronization

/// Which repositories were found to have the referrers API, so that each is asked once.
final class ReferrersSupport: Sendable {
    private let known = Mutex<[RepositoryName: Bool]>([:])

    subscript(repository: RepositoryName) -> Bool? {
        get { known.withLock { $0[repository] } }
        set { known.withLock { $0[repository] = newValue } }
    }
}
