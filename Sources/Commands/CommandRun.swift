import ArgumentParser
import BundleFormat
import Dispatch
import Glibc

/// The frame of every command: signals, errors, exit status.
package enum CommandRun {
    /// Runs `body` and leaves the process with the status of what it threw.
    ///
    /// SIGINT and SIGTERM cancel it, so that what is half-made keeps its temporary name; a second one, or two seconds
    /// without an end, leave at once.
    package static func perform(_ printer: Printer, _ body: @escaping @Sendable () async throws -> Void)
        async throws
    {
        signal(SIGPIPE, SIG_IGN)
        let work = Task { try await body() }
        let signals = SignalWatch { work.cancel() }
        let result = await work.result
        signals.stop()
        guard case .failure(let error) = result else { return }
        if let signal = signals.received {
            printer.note("stopped by a signal; nothing has its final name that is not whole")
            throw ExitCode(128 + signal)
        }
        // A command that has told its result already only says how it ends.
        if let code = error as? ExitCode { throw code }
        let failure = Failure(error)
        printer.failure(failure)
        throw ExitCode(failure.status)
    }
}

/// Waits for SIGINT and SIGTERM while a command runs.
private final class SignalWatch {
    private let sources: [any DispatchSourceSignal]
    private let first = DispatchQueue(label: "cgbundle.signals")
    private let box = ReceivedSignal()

    init(cancel: @escaping @Sendable () -> Void) {
        let box = box
        var sources: [any DispatchSourceSignal] = []
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: first)
            source.setEventHandler { @Sendable in
                guard box.set(number) else { _exit(128 + number) }
                cancel()
                // What does not listen to being cancelled, a read from a slow medium say, must not hold people up.
                DispatchQueue.global().asyncAfter(deadline: .now() + 2) { _exit(128 + number) }
            }
            source.resume()
            sources.append(source)
        }
        self.sources = sources
    }

    var received: Int32? { box.value }

    func stop() { sources.forEach { $0.cancel() } }
}
