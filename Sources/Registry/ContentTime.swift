import Synchronization

/// Time limits for content that is read whole before it is used: documents, tokens, lists and the texts of errors.
///
/// Blobs are not among it: they may take as long as they make progress. A server that sends a short text one byte at a
/// time would otherwise hold a command, and the lock of a record, for hours.
package struct ContentTime: Hashable, Sendable {
    /// The longest time without a byte.
    package var silence: Duration
    /// The longest time from the status line to the last byte.
    package var total: Duration

    package init(silence: Duration = .seconds(10), total: Duration = .seconds(60)) {
        (self.silence, self.total) = (silence, total)
    }

    /// Measures one answer against the limits.
    final class Watch: Sendable {
        private let limits: ContentTime
        private let start = ContinuousClock.now
        private let lastProgress = Mutex(ContinuousClock.now)

        init(_ limits: ContentTime) {
            self.limits = limits
        }

        func noteProgress() { lastProgress.withLock { $0 = .now } }

        /// Returns when a limit is exceeded.
        func expire() async throws {
            while true {
                let end = min(start + limits.total, lastProgress.withLock { $0 } + limits.silence)
                guard end > .now else { return }
                try await Task.sleep(until: end, clock: .continuous)
            }
        }
    }
}
