import Foundation

/// Runs the built programs as a user does, and keeps what they said.
package struct CommandResult: Sendable {
    package let status: Int32
    package let output: String
    package let errors: String
}

package enum CommandRunner {
    /// The checkout that the tests were built from.
    package static let checkout = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent().path

    /// The folder of the built programs: the test bundle's own.
    package static var products: String {
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().path
    }

    package static func cgbundle(
        _ arguments: [String], environment: [String: String] = [:], in folder: String? = nil,
    ) throws -> CommandResult {
        try run(products + "/cgbundle", arguments, environment: environment, in: folder)
    }

    /// Runs a program to its end. Standard input is empty; what it prints goes through files, so that no full pipe
    /// can hold it up.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:],
        in folder: String? = nil,
    ) throws -> CommandResult {
        let place = try TemporaryFolder()
        let (output, errors) = (place.path + "/out", place.path + "/err")
        let child = try ChildProcess(
            program, arguments, output: output, errors: errors, environment: environment, in: folder)
        return CommandResult(
            status: ChildProcess.shellStatus(child.wait()),
            output: String(decoding: try Data(contentsOf: URL(filePath: output)), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: URL(filePath: errors)), as: UTF8.self))
    }
}

/// A folder that goes when its last owner goes.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        path = NSTemporaryDirectory() + "cgbundle-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
