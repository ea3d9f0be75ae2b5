/// The override file for a compose file: the mirror's image for each service, and the mounts that the record supplies.
///
/// Relative paths are those of the first compose file, which is in another folder of the record.
package struct ComposeOverride: Sendable {
    let compose: MirroredCompose
    /// From the folder of the compose file to the configuration of NATS in the record.
    let natsConfiguration: String

    package init(_ compose: MirroredCompose, natsConfiguration: String) {
        self.compose = compose
        self.natsConfiguration = natsConfiguration
    }

    /// The `services` of the file, without a comment; empty if there is nothing to override.
    package var text: String {
        let mounts = Dictionary(grouping: compose.missingMounts.filter(\.isNATSConfiguration), by: \.service)
        let images = Dictionary(compose.placed.map { ($0.service, $0.image) }) { first, _ in first }
        let services = Set(mounts.keys).union(images.keys).sorted()
        guard !services.isEmpty else { return "services: {}\n" }
        var lines = ["services:"]
        for service in services {
            lines.append("  \(quoted(service)):")
            if let image = images[service] { lines.append("    image: \(quoted(image))") }
            guard let files = mounts[service] else { continue }
            lines.append("    volumes:")
            // Compose replaces a volume that has the same target in an earlier file.
            lines += files.map { "      - \(quoted("\(natsConfiguration):\($0.target):ro"))" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case " "..."~": result.unicodeScalars.append(scalar)
            default:
                let hex = String(scalar.value, radix: 16, uppercase: true)
                result += "\\U" + String(repeating: "0", count: 8 - hex.count) + hex
            }
        }
        return result + "\""
    }
}
