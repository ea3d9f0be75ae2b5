package import BundleFormat
import ReleaseSet

/// Warnings about a release, a row for each kind: how many, the reason word, what was expected, and of what.
///
/// A real release has dozens; the rows say what there is, and `--format json` lists every one.
package struct FindingsTable {
    package let rows: [String]

    /// How many things a row names.
    private static let shown = 3

    package init(_ findings: [Finding]) {
        var order: [String] = []
        var groups: [String: [Finding]] = [:]
        for finding in findings {
            if groups[finding.reason] == nil { order.append(finding.reason) }
            groups[finding.reason, default: []].append(finding)
        }
        let width = order.map(\.utf8.count).max() ?? 0
        rows = order.map { reason in
            let group = groups[reason] ?? []
            let count = String(group.count)
            let number = String(repeating: " ", count: max(0, 4 - count.utf8.count)) + count
            let gap = String(repeating: " ", count: width - reason.utf8.count)
            return "\(number)  \(reason)\(gap)  \(Self.words(for: group))"
        }
    }

    private static func words(for group: [Finding]) -> String {
        guard group.count > 1, let expected = group.first?.setFinding?.expected,
            group.allSatisfy({ $0.setFinding?.expected == expected })
        else {
            return group.prefix(shown).map(\.message).joined(separator: "; ") + more(than: group.count)
        }
        let things = group.prefix(shown).compactMap(\.setFinding).map { finding in
            finding.file + (finding.item.map { ": " + $0 } ?? "")
        }
        return "expected \(expected): " + things.joined(separator: ", ") + more(than: group.count)
    }

    private static func more(than count: Int) -> String {
        count > shown ? " and \(count - shown) more" : ""
    }
}

extension Printer {
    /// The warnings of a release set, as part of the result.
    package func warnings(_ findings: [Finding]) {
        guard !findings.isEmpty else { return }
        line("  warnings   \(findings.count), none of them a reason to stop (--format json lists each):")
        FindingsTable(findings).rows.forEach { line("  " + $0) }
    }
}
