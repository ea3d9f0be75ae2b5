import OCI
import ReleaseSet

/// What the mirrored files change, for people: `values-report.txt`.
struct ValuesReport: Sendable {
    static let name = "values-report.txt"

    let values: MirroredValues?
    let environment: MirroredEnvironment?

    var bytes: [UInt8] { Array((lines.joined(separator: "\n") + "\n").utf8) }

    private var lines: [String] {
        var lines: [String] = []
        if let values {
            lines += ["\(RecordPlan.mirroredValuesName): changed keys of \(ReleaseValues.name)", ""]
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
            if !lines.isEmpty { lines.append("") }
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
        return lines
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
