/// Something that may well not happen again: the registry is busy, or a connection was lost.
struct PassingTrouble: Error {
    /// What is thrown when the attempts are used up.
    let error: RegistryError
    /// The seconds that the registry asked for.
    var wait: Int?
}

/// Counts the attempts at one piece of work and waits between them.
struct Attempts {
    private let limit: Int
    private let pause: @Sendable (Duration) async throws -> Void
    private let traffic: Traffic
    private(set) var count = 1

    init(_ options: RegistryOptions, _ traffic: Traffic) {
        self.limit = options.maximumAttempts
        pause = options.pause
        self.traffic = traffic
    }

    /// Progress was made, so that what comes now is a first attempt again.
    mutating func restart() { count = 0 }

    /// Waits for the next attempt, or throws what went wrong if there is none left.
    mutating func next(after trouble: PassingTrouble) async throws {
        guard count < limit else {
            if case .unavailable(let exchange, _) = trouble.error {
                throw RegistryError.unavailable(exchange, attempts: count)
            }
            throw trouble.error
        }
        let backoff = RetryPolicy.backoff(attempt: max(count, 1), chance: .random(in: 0...1))
        count += 1
        traffic.countRetry()
        try await pause(trouble.wait.map { .seconds($0) } ?? backoff)
    }
}

extension RegistryConnection {
    /// Does `work` until it ends without passing trouble.
    func repeating<T>(_ work: () async throws -> T) async throws -> T {
        var attempts = Attempts(options, traffic)
        while true {
            do {
                return try await work()
            } catch let trouble as PassingTrouble {
                try await attempts.next(after: trouble)
            }
        }
    }
}
