import CommandRunner
import Foundation
import Glibc

/// How a program ended; the status is what a shell would say.
struct ProgramResult: Sendable {
    let status: Int32
    let output: String
    let errors: String
}

/// A program at work, to be watched, sent signals and waited for.
///
/// It is started with no signal blocked, which Foundation's `Process` does not promise, and leaves with the test that
/// started it.
final class RunningProgram {
    private let pid: pid_t
    private let place: WorkFolder
    private var ended: CInt?

    /// Starts `cgbundle`.
    convenience init(_ arguments: [String], environment: [String: String] = [:], input: String = "") throws {
        try self.init(CommandRunner.products + "/cgbundle", arguments, environment: environment, input: input)
    }

    init(_ program: String, _ arguments: [String], environment: [String: String] = [:], input: String = "")
        throws
    {
        place = try WorkFolder()
        let path = place.path
        try Data(input.utf8).write(to: URL(filePath: path + "/in"))
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var (none, all) = (sigset_t(), sigset_t())
        let flags = O_WRONLY | O_CREAT | O_APPEND
        let prepared = [
            posix_spawn_file_actions_init(&actions), posix_spawnattr_init(&attributes),
            posix_spawn_file_actions_addopen(&actions, 0, path + "/in", O_RDONLY, 0),
            posix_spawn_file_actions_addopen(&actions, 1, path + "/out", flags, 0o600),
            posix_spawn_file_actions_addopen(&actions, 2, path + "/err", flags, 0o600),
            sigemptyset(&none), sigfillset(&all),
            posix_spawnattr_setsigmask(&attributes, &none), posix_spawnattr_setsigdefault(&attributes, &all),
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)),
        ]
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        guard prepared.allSatisfy({ $0 == 0 }) else {
            throw NotSeen(description: "no way to start \(program)")
        }
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }.map { "\($0)=\($1)" }
        var words = ([program] + arguments).map { strdup($0) } + [nil]
        var settings = variables.map { strdup($0) } + [nil]
        defer { (words + settings).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, program, &actions, &attributes, &words, &settings)
        guard failure == 0 else { throw NotSeen(description: "\(program) does not start: \(failure)") }
        self.pid = pid
    }

    deinit {
        guard isRunning else { return }
        send(SIGKILL)
        _ = try? waitUntilExit()
    }

    /// Runs `cgbundle` to its end.
    static func cgbundle(
        _ arguments: [String], environment: [String: String] = [:], input: String = "",
    ) throws -> ProgramResult {
        try RunningProgram(arguments, environment: environment, input: input).waitUntilExit()
    }

    /// Runs a program to its end.
    static func run(_ program: String, _ arguments: String...) throws -> ProgramResult {
        try RunningProgram(program, arguments).waitUntilExit()
    }

    var isRunning: Bool {
        guard ended == nil else { return false }
        var status: CInt = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return true }
        ended = status
        return false
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    func waitUntilExit() throws -> ProgramResult {
        var status: CInt = 0
        while ended == nil {
            if waitpid(pid, &status, 0) == pid { ended = status }
        }
        status = ended ?? 0
        let signal = status & 0x7f
        return ProgramResult(
            status: signal == 0 ? (status >> 8) & 0xff : 128 + signal, output: try text(of: "out"),
            errors: try text(of: "err"))
    }

    /// Waits until `condition` shows that the program is where a test wants it, which must be before its end.
    func reaches(_ what: String, _ condition: () throws -> Bool) throws {
        try waitUntil(what) {
            if try condition() { return true }
            guard isRunning else {
                throw NotSeen(description: "the program ended before: \(what): \(try text(of: "err"))")
            }
            return false
        }
    }

    private func text(of name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: place.path + "/" + name)), as: UTF8.self)
    }
}
