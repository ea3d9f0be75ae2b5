import Foundation

/// The programs that `scripts/install-tools` installs for the tests.
package enum RealTool: String, CaseIterable, Sendable {
    case helm3, helm4

    /// Path of the program.
    package func path() throws -> String {
        let path = CommandRunner.checkout + "/.build/tools/bin/" + rawValue
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw MissingTool(description: "\(path) is missing: run scripts/install-tools")
        }
        return path
    }
}

package struct MissingTool: Error, CustomStringConvertible {
    package let description: String
}
