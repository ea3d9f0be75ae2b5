import Foundation

/// The PATH on which a script finds podman-compose, and a `docker` that has Compose or has it not.
package enum ComposeTools {
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
    }

    package static func path(docker: Bool = false) throws -> String {
        let tools = CommandRunner.checkout + "/.build/tools/bin"
        guard FileManager.default.isExecutableFile(atPath: tools + "/podman-compose") else {
            throw Missing(description: "\(tools)/podman-compose is missing; run scripts/install-tools")
        }
        let side = CommandRunner.checkout + "/Tests/ComposeSide/" + (docker ? "docker" : "podman")
        let own = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        return "\(side):\(tools):\(own)"
    }

    /// Images of the merged files that `config` prints, by service.
    package static func images(in merged: String) -> [String: String] {
        var service = ""
        var images: [String: String] = [:]
        for line in merged.split(separator: "\n") {
            if line.hasPrefix("  "), !line.hasPrefix("   "), line.hasSuffix(":") {
                service = String(line.dropFirst(2).dropLast())
            } else if line.hasPrefix("    image: ") {
                images[service] = String(line.dropFirst(11))
            }
        }
        return images
    }
}
