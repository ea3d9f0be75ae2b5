import Servers
import Synchronization

/// A while in which a registry answers 429 and nothing else.
final class BusyPhase: Sendable {
    private let seen = Atomic(0)
    private let begin: Int
    private let end: Int

    init(after begin: Int, for count: Int) {
        self.begin = begin
        end = begin + count
    }

    @Sendable func fault(_ request: FakeRegistry.Request) -> Fault? {
        let number = seen.add(1, ordering: .relaxed).oldValue
        // Every answer takes a moment, so that requests are really under way beside each other.
        return (begin..<end).contains(number) ? Fault(.tooManyRequestsForNow) : Fault(.delay)
    }
}
