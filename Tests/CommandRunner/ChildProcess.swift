import Foundation
import Glibc

/// A program that was started, and is ended by whoever started it.
///
/// Foundation's `Process` is not used: it waits in a run loop, which never ends on the threads of Swift's tasks, and
/// its children inherit blocked signals, so that some cannot be ended at all.
package final class ChildProcess: @unchecked Sendable {
    // Sendable: the number is set once; whoever ends the process does so from one place, its owner's `deinit` or
    // `stop`.

    private let pid: pid_t
    private var status: CInt?

    /// Starts `program` with its output and its errors going to these files, nothing to read, and no signal blocked.
    package init(
        _ program: String, _ arguments: [String], output: String, errors: String,
        environment: [String: String] = [:], in folder: String? = nil,
    ) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        var none = sigset_t()
        let flags = O_WRONLY | O_CREAT | O_APPEND
        let prepared = [
            posix_spawn_file_actions_init(&actions),
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0),
            posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600),
            posix_spawn_file_actions_addopen(&actions, 2, errors, flags, 0o600),
            posix_spawnattr_init(&attributes),
            sigemptyset(&none),
            posix_spawnattr_setsigmask(&attributes, &none),
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK)),
        ]
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        guard prepared.allSatisfy({ $0 == 0 }) else { throw ChildProcessError("no way to start \(program)") }
        // The spawn action that changes the folder is hidden from Swift; env does it.
        let command = (folder.map { ["env", "-C", $0, program] } ?? [program]) + arguments
        var pointers = command.map { strdup($0) } + [nil]
        defer { pointers.forEach { free($0) } }
        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        var settings = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { settings.forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawnp(&pid, command[0], &actions, &attributes, &pointers, &settings)
        guard failure == 0 else { throw ChildProcessError("\(program) does not start: \(failure)") }
        self.pid = pid
    }

    package var isRunning: Bool {
        guard status == nil else { return false }
        var found: CInt = 0
        guard waitpid(pid, &found, WNOHANG) == pid else { return true }
        status = found
        return false
    }

    /// Waits for the end; the status is that of `waitpid`, 0 exactly if the program was content.
    package func wait() -> CInt {
        if let status { return status }
        var found: CInt = 0
        while waitpid(pid, &found, 0) != pid {
            guard errno == EINTR else { return -1 }
        }
        status = found
        return found
    }

    package func stop() {
        guard isRunning else { return }
        _ = kill(pid, SIGTERM)
        _ = wait()
    }
}

extension ChildProcess {
    /// The exit status as a shell shows it: 128 and the signal's number where a signal ended the program.
    package static func shellStatus(_ status: CInt) -> Int32 {
        status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }
}

package struct ChildProcessError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
