import Synchronization

/// Remembers that a registry answered `HEAD` with server errors until the attempts were used up, so that later ones are not
/// tried so often again.
final class HeadFailures: Sendable {
    private let haveOccurred = Atomic(false)

    func note() { haveOccurred.store(true, ordering: .relaxed) }

    /// Attempts at the next `HEAD`.
    var limit: Int { haveOccurred.load(ordering: .relaxed) ? 1 : .max }
}
