/// Something that may well not happen again: the registry is busy, or a connection was lost.
struct PassingTrouble: Error {
    /// What is thrown when the attempts are used up.
    let error: RegistryError
    /// The seconds that the registry asked for.
    var wait: Int?
    /// How large a chunk was that the registry did not want at its place. Bytes.
    var chunk: Int64?

    /// Whether the registry said no more than that it is busy: 429 or 503.
    var asksForTime: Bool {
        switch error {
        case .rateLimited: true
        case .unavailable(let exchange, _): exchange.status == 503
        default: false
        }
    }

    /// Whether the registry failed on the request itself: 500.
    var isServerFault: Bool {
        guard case .unavailable(let exchange, _) = error else { return false }
        return exchange.status == 500
    }
}

/// Counts the attempts at one piece of work and waits between them.
struct Attempts {
    private let options: RegistryOptions
    private let traffic: Traffic
    private let limit: Int
    private(set) var count = 1

    /// - Parameter limit: fewer than the options allow, for what is waited for only briefly.
    init(_ options: RegistryOptions, _ traffic: Traffic, limit: Int = .max) {
        self.options = options
        self.limit = min(limit, options.maximumAttempts)
        self.traffic = traffic
    }

    /// Progress was made, so that what comes now is a first attempt again, and comes at once.
    mutating func restart() { count = 0 }

    /// Waits for the next attempt, or throws what went wrong if there is none left.
    mutating func next(after trouble: PassingTrouble) async throws {
        guard count < limit else {
            throw trouble.error.told(after: count)
        }
        let backoff =
            count == 0 ? .zero : RetryPolicy.backoff(attempt: count, chance: .random(in: 0...1))
        count += 1
        let wait = Patience.Wait(
            duration: max(backoff, .seconds(trouble.wait ?? 0)), cause: trouble.error.cause,
            attempt: count, limit: limit)
        let isAllowed = try await options.patience.wait(
            wait, because: trouble.error.reason, budget: options.waitBudget, by: options.pause)
        guard isAllowed else { throw RegistryError.impatient(trouble.error, budget: options.waitBudget) }
        traffic.countRetry()
        try Task.checkCancellation()
    }
}

extension RegistryConnection {
    /// Does `work` until it ends without passing trouble.
    func repeating<T>(limit: Int = .max, _ work: () async throws -> T) async throws -> T {
        var attempts = Attempts(options, traffic, limit: limit)
        while true {
            do {
                return try await work()
            } catch let trouble as PassingTrouble {
                try await attempts.next(after: trouble)
            }
        }
    }
}
