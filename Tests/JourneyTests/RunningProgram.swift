import CommandRunner
import Foundation
import Glibc

/// A built program at work, to be watched, sent signals and waited for.
final class RunningProgram {
    private let process = Process()
    private let place: WorkFolder

    init(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", in folder: String? = nil,
    ) throws {
        place = try WorkFolder()
        process.executableURL = URL(filePath: CommandRunner.products + "/cgbundle")
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        try Data(input.utf8).write(to: URL(filePath: place.path + "/in"))
        process.standardInput = try FileHandle(forReadingFrom: URL(filePath: place.path + "/in"))
        process.standardOutput = try newFile("out")
        process.standardError = try newFile("err")
        try process.run()
    }

    deinit { if process.isRunning { send(SIGKILL) } }

    var isRunning: Bool { process.isRunning }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    func waitUntilExit() throws -> CommandResult {
        process.waitUntilExit()
        let isSignal = process.terminationReason == .uncaughtSignal
        return CommandResult(
            status: isSignal ? 128 + process.terminationStatus : process.terminationStatus,
            output: try text(of: "out"), errors: try text(of: "err"))
    }

    /// Waits until `condition` shows that the program is where a test wants it, which must be before its end.
    func reaches(_ what: String, _ condition: () throws -> Bool) throws {
        try waitUntil(what) {
            if try condition() { return true }
            guard isRunning else {
                throw NotSeen(description: "the program ended before \(what): \(try text(of: "err"))")
            }
            return false
        }
    }

    private func newFile(_ name: String) throws -> FileHandle {
        let path = place.path + "/" + name
        guard FileManager.default.createFile(atPath: path, contents: nil) else {
            throw NotSeen(description: "cannot make \(path)")
        }
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    private func text(of name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: place.path + "/" + name)), as: UTF8.self)
    }
}
