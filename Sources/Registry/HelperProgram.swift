import Dispatch
import Glibc
import Synchronization

/// One run of a program that is asked a line and answers on its standard output.
///
/// It gets no terminal of ours, nothing of our environment but what it is given, and a limit of time and bytes; at
/// the limit it and what it started are killed.
struct HelperProgram: Sendable {
    /// Absolute.
    let path: String
    let arguments: [String]
    let environment: [String: String]
    let timeLimit: Duration

    static let maximumOutput = 65_536
    /// What a pipe always takes without a reader (POSIX, `PIPE_BUF` is at least this on Linux).
    static let maximumInput = 4096

    struct Outcome: Hashable, Sendable {
        /// Nothing where a signal ended the program.
        let status: Int32?
        let output: [UInt8]
    }

    enum Fault: Error, Hashable {
        case notStarted(CInt)
        case tooLong
        case tooMuch
    }

    /// Runs the program beside the tasks' own threads, which must not stand still.
    func run(input: [UInt8]) async throws -> Outcome {
        let stop = StopFlag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async {
                    continuation.resume(with: Result { try runBlocking(input: input, stop) })
                }
            }
        } onCancel: {
            stop.set()
        }
    }

    private func runBlocking(input: [UInt8], _ stop: StopFlag) throws -> Outcome {
        let (question, answer) = (try Pipe(), try Pipe())
        // Written before anybody reads, so that a program that never does cannot hold us up.
        guard input.count <= Self.maximumInput,
            write(question.writing.number, input, input.count) == input.count
        else { throw Fault.notStarted(errno) }
        question.writing.close()
        let child = try start(reading: question.reading, writing: answer.writing)
        question.reading.close()
        answer.writing.close()
        do {
            let deadline = ContinuousClock.now + timeLimit
            let output = try read(answer.reading, until: deadline, stop)
            return Outcome(status: try wait(for: child, until: deadline, stop), output: output)
        } catch {
            // The program's own group, so that what it started does not outlive it.
            kill(-child, SIGKILL)
            var status: CInt = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            throw error
        }
    }

    private func start(reading input: Pipe.End, writing output: Pipe.End) throws(Fault) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var (none, all) = (sigset_t(), sigset_t())
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        let prepared = [
            posix_spawn_file_actions_init(&actions), posix_spawnattr_init(&attributes),
            posix_spawn_file_actions_adddup2(&actions, input.number, STDIN_FILENO),
            posix_spawn_file_actions_adddup2(&actions, output.number, STDOUT_FILENO),
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0),
            sigemptyset(&none), sigfillset(&all),
            posix_spawnattr_setsigmask(&attributes, &none), posix_spawnattr_setsigdefault(&attributes, &all),
            posix_spawnattr_setpgroup(&attributes, 0), posix_spawnattr_setflags(&attributes, Int16(flags)),
        ]
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        if let code = prepared.first(where: { $0 != 0 }) { throw .notStarted(code) }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var settings = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + settings).forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawn(&child, path, &actions, &attributes, &words, &settings)
        guard code == 0 else { throw .notStarted(code) }
        return child
    }

    private func read(_ pipe: Pipe.End, until deadline: ContinuousClock.Instant, _ stop: StopFlag) throws
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            try checkTime(deadline, stop)
            var state = pollfd(fd: pipe.number, events: Int16(POLLIN), revents: 0)
            guard poll(&state, 1, 50) > 0 else { continue }
            let count = Glibc.read(pipe.number, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= Self.maximumOutput else { throw Fault.tooMuch }
        }
    }

    private func wait(for child: pid_t, until deadline: ContinuousClock.Instant, _ stop: StopFlag) throws
        -> Int32?
    {
        var status: CInt = 0
        while true {
            let found = waitpid(child, &status, WNOHANG)
            if found == child { return status & 0x7f == 0 ? (status >> 8) & 0xff : nil }
            try checkTime(deadline, stop)
            usleep(2000)
        }
    }

    private func checkTime(_ deadline: ContinuousClock.Instant, _ stop: StopFlag) throws {
        if stop.isSet { throw CancellationError() }
        guard .now < deadline else { throw Fault.tooLong }
    }
}

private final class StopFlag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}

/// A pipe whose ends no other program inherits.
private struct Pipe {
    final class End {
        let number: CInt
        private var isOpen = true

        init(_ number: CInt) { self.number = number }

        deinit { close() }

        func close() {
            guard isOpen else { return }
            isOpen = false
            // Nothing is left to be lost: the other end sees the end of the pipe in any case.
            _ = Glibc.close(number)
        }
    }

    let reading: End
    let writing: End

    init() throws(HelperProgram.Fault) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .notStarted(errno) }
        (reading, writing) = (End(ends[0]), End(ends[1]))
        guard fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0, fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0 else {
            throw .notStarted(errno)
        }
    }
}
