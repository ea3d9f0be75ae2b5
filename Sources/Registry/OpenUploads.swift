import OCI
import Synchronization

/// Uploads that were begun before there was anything to send, one for each repository.
final class OpenUploads: Sendable {
    private let sessions = Mutex<[RepositoryName: Upload.Session]>([:])

    func add(_ session: Upload.Session, to repository: RepositoryName) {
        sessions.withLock { $0[repository] = session }
    }

    func take(from repository: RepositoryName) -> Upload.Session? {
        sessions.withLock { $0.removeValue(forKey: repository) }
    }

    func takeAll() -> [RepositoryName: Upload.Session] {
        sessions.withLock { sessions in
            defer { sessions = [:] }
            return sessions
        }
    }
}
