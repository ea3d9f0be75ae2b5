package import BundleFormat
import Glibc
import OCI
package import Registry
import Synchronization

/// Shows what happens on standard error: a live line on a terminal, a plain line now and then elsewhere, nothing when
/// quiet.
package struct Progress: Sendable {
    private let printer: Printer
    private let patience: Patience?

    /// - Parameter patience: whose waits are shown too.
    package init(_ printer: Printer, waitingWith patience: Patience? = nil) {
        self.printer = printer
        self.patience = patience
    }

    /// Runs `body` with a place to send events to, and gives back what it warned of beside its result.
    package func show<Result: Sendable>(
        _ body: (TransferEvents) async throws -> Result,
    ) async throws -> (Result, warnings: [Warning]) {
        let (stream, events) = AsyncStream.makeStream(of: TransferEvent.self)
        let printer = printer
        patience?.show { events.yield(.waiting(KnownSecrets.hidden(in: $0.text), $0.duration)) }
        defer { patience?.show(to: nil) }
        let screen = Screen(ProgressDisplay(printer: printer))
        // Where nothing comes for a while, the line says so: nobody else would draw it then.
        let clock = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(1))
                // Who draws already may be held up by the terminal, and this must not be held up with him.
                _ = screen.display.withLockIfAvailable { $0.tick() }
            }
        }
        let shown = Task {
            for await event in stream { screen.display.withLock { $0.take(event) } }
            clock.cancel()
            return screen.display.withLock { display in
                display.end()
                return display.warnings
            }
        }
        do {
            let result = try await body(events)
            events.finish()
            return (result, await shown.value)
        } catch {
            events.finish()
            _ = await shown.value
            throw error
        }
    }

    package struct Warning: Hashable, Sendable {
        package let reason: String
        package let message: String
    }
}

/// What two tasks draw on: one as something happens, one as time passes.
private final class Screen: Sendable {
    let display: Mutex<ProgressDisplay>

    init(_ display: ProgressDisplay) {
        self.display = Mutex(display)
    }
}

private struct ProgressDisplay {
    let printer: Printer
    private(set) var warnings: [Progress.Warning] = []
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let clock = ContinuousClock()
    private var state: TransferState
    private var drawn: ContinuousClock.Instant
    private var hasLine = false

    init(printer: Printer) {
        self.printer = printer
        state = TransferState(at: clock.now)
        drawn = clock.now
    }

    mutating func take(_ event: TransferEvent) {
        switch event {
        case .phase(let name, let bytes):
            end()
            state = TransferState(name, bytes: bytes, at: clock.now)
            guard !printer.isQuiet else { return }
            if isTerminal {
                draw()
            } else {
                printer.note(name + (bytes.map { ": " + bytesForPeople($0) } ?? ""))
                drawn = clock.now
            }
        case .moved(let count):
            state.move(count, at: clock.now)
            drawNowAndThen()
        case .added(let count): state.add(count)
        case .kept(let count):
            state.keep(count, at: clock.now)
            drawNowAndThen()
        case .found(let count):
            state.find(count, at: clock.now)
            drawNowAndThen()
        case .waiting(let text, let duration):
            guard !printer.isQuiet else { return }
            state.wait(text, for: duration, at: clock.now)
            isTerminal ? draw() : printer.note(text)
        case .warning(let reason, let message):
            clear()
            printer.warning("\(message) [\(reason)]")
            warnings.append(Progress.Warning(reason: reason, message: message))
        }
    }

    /// Draws the live line again, as time has passed.
    mutating func tick() {
        if hasLine { draw() }
    }

    /// Takes the live line away; what is left on the screen is what was done.
    mutating func end() {
        guard hasLine else { return }
        draw()
        Printer.write("\n", to: STDERR_FILENO)
        hasLine = false
    }

    private mutating func clear() {
        guard hasLine else { return }
        Printer.write("\r\u{1b}[K", to: STDERR_FILENO)
        hasLine = false
    }

    private mutating func drawNowAndThen() {
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(10)
        guard !printer.isQuiet, drawn.duration(to: clock.now) >= pause else { return }
        draw()
    }

    private mutating func draw() {
        drawn = clock.now
        let line = state.line(at: drawn, showsWait: isTerminal)
        let text = escaped(line, limit: TerminalWidth.columns(of: STDERR_FILENO).map { $0 - 1 } ?? 512)
        Printer.write(isTerminal ? "\r\u{1b}[K" + text : text + "\n", to: STDERR_FILENO)
        hasLine = isTerminal
    }
}
