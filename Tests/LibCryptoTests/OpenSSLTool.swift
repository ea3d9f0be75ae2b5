import CommandRunner
import Foundation

/// The `openssl` program as a second reader and writer of the same bytes.
enum OpenSSLTool {
    static let path = "/usr/bin/openssl"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: path) }

    /// Runs it in the folder; its output when it ended well, else `nil`.
    static func run(_ arguments: [String], in folder: URL) throws -> [UInt8]? {
        let place = try TemporaryFolder()
        let output = place.path + "/out"
        let child = try ChildProcess(
            path, arguments, output: output, errors: place.path + "/err", in: folder.path)
        guard child.wait() == 0 else { return nil }
        return [UInt8](try Data(contentsOf: URL(filePath: output)))
    }

    /// Makes a folder for one test, and removes it after it.
    static func inFolder(_ body: (URL) throws -> Void) throws {
        let folder = try TemporaryFolder()
        try withExtendedLifetime(folder) { try body(URL(filePath: folder.path)) }
    }
}
