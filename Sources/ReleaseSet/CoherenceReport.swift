/// What is refused and what is told, once the operator's exceptions are applied.
package struct CoherenceReport: Hashable, Sendable {
    /// Faults of form first, then of content, then of policy, so that the first of them names the class.
    package let refused: [SetFinding]
    /// Warnings, and what is missing with the operator's leave.
    package let warnings: [SetFinding]
    /// Names that were allowed to be missing and are not.
    package let unusedAllowances: [String]

    package init(_ findings: [SetFinding], allowing names: Set<String> = []) {
        func isAllowed(_ finding: SetFinding) -> Bool {
            finding.severity == .missing && finding.allowName.map(names.contains) == true
        }
        func rank(_ kind: ReleaseSetError.Kind) -> Int {
            switch kind {
            case .internal: 0
            case .usage: 1
            case .format: 2
            case .content: 3
            case .policy: 4
            }
        }
        refused = findings.enumerated()
            .filter { $0.element.severity != .warning && !isAllowed($0.element) }
            .sorted { (rank($0.element.kind), $0.offset) < (rank($1.element.kind), $1.offset) }
            .map(\.element)
        warnings = findings.filter { $0.severity == .warning || isAllowed($0) }
        let used = Set(findings.filter(isAllowed).compactMap(\.allowName))
        unusedAllowances = names.subtracting(used).sorted()
    }
}
