package import ReleaseSet

/// What the check of a release set came to, once the operator's exceptions are applied.
package struct SetJudgement: Sendable {
    /// Each with file, expected and found.
    package let report: CoherenceReport
    /// Which checksum line covers what.
    package let coverage: Coverage
    /// Every image that values and compose can name.
    package let closure: Closure
    /// Optional files of a release that it has not got.
    package let absent: [FileName]
    /// What is wrong with the places of the bundle, and then what is wrong with the release in it.
    package let refused: [Finding]

    /// The known irregularities, and what is missing with the operator's leave.
    package var warnings: [Finding] {
        report.warnings.map(Finding.init)
            + report.unusedAllowances.map {
                Finding(
                    .policy, "set.allowed", at: .releaseSet,
                    "--allow-missing \($0): nothing of that name is missing")
            }
    }
}

extension Finding {
    package init(_ finding: SetFinding) {
        let fault: FaultClass =
            switch finding.kind {
            case .usage: .usage
            case .format: .format
            case .content: .content
            case .policy: .policy
            case .internal: .internal
            }
        self.init(fault, finding.reason, at: .releaseSet, finding.description, from: finding)
    }
}
