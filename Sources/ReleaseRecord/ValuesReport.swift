import OCI
import ReleaseSet

/// What the mirrored files change, for people: `values-report.txt`.
struct ValuesReport: Sendable {
    static let name = "values-report.txt"

    let values: MirroredValues?
    let environment: MirroredEnvironment?
    let compose: MirroredCompose?
    let closure: Closure

    var bytes: [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }

    private var lines: [String] {
        var lines = closureLines
        if let values {
            lines += ["", "\(RecordPlan.mirroredValuesName): changed keys of \(ReleaseValues.name)", ""]
            lines += Self.told(values.changes)
            lines += Self.section(
                "Images of the bundle for which the values have no place",
                values.unplaced)
            lines += Self.section(
                "Images of the values that the bundle does not bring, left as they are", values.foreign)
            lines += Self.section(
                "Tags, left as they are; the chart takes the digest beside them",
                values.tags.map { "\($0.key): \($0.tag), line \($0.line)" })
        }
        if let environment {
            lines.append("")
            lines += ["\(EnvironmentFile.mirroredName): changed settings of \(EnvironmentFile.name)", ""]
            lines += Self.told(environment.changes)
            if !environment.holdsLocation {
                lines += [
                    "",
                    "No setting holds the vendor's registry: from where the images come, the compose file says.",
                ]
            }
            lines += Self.section(
                "Images that the bundle does not bring, left as they are", environment.unplaced)
        }
        if let compose {
            if !lines.isEmpty { lines.append("") }
            lines += ["\(ComposeKit.overrideName): images of the services of \(compose.document)", ""]
            lines +=
                compose.placed.isEmpty
                ? ["  none"] : compose.placed.map { "  \($0.service)  \(escaped($0.image))" }
            lines += Self.section(
                "Services whose image the bundle does not bring; the script asks for --override FILE",
                compose.unplaced.map { "\($0.service)  \($0.image ?? "built from a folder")" })
            lines += Self.section(
                "Files that services mount and the release does not have",
                compose.missingMounts.map { mount in
                    let remedy =
                        mount.isNATSConfiguration
                        ? "replaced by a minimal one" : "the script asks for --override FILE"
                    return "\(mount.service)  \(mount.source): \(remedy)"
                })
        }
        return lines
    }

    private var closureLines: [String] {
        ["Images: " + closure.sentence(in: .target), ""] + closure.images.map { "  " + escaped($0.row) }
            + closure.details(in: .target).map { "  " + escaped($0) }
    }

    private static func told(_ changes: [MirroredValues.Change]) -> [String] {
        guard !changes.isEmpty else { return ["  none"] }
        return changes.flatMap { change in
            [
                "  " + escaped(change.key), "    old  " + (change.old.map { escaped($0) } ?? "(not there)"),
                "    new  " + escaped(change.new),
            ]
        }
    }

    private static func section(_ title: String, _ items: [String]) -> [String] {
        guard !items.isEmpty else { return ["", title + ": none"] }
        return ["", title + ":"] + items.map { "  " + escaped($0) }
    }
}
