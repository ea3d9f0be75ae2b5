package import OCI
package import ReleaseSet

/// The class of a refusal, which decides the exit status (bundle-spec/reasons.md).
package enum FaultClass: Hashable, Sendable {
    case `internal`
    case usage
    case trust
    case format
    case content
    case policy
    case authentication
    case registry
    case local
}

/// The steps of reading a bundle, in order; of several findings the earliest step gives the exit status.
///
/// bundle-spec/bundle-v1.md, section 7.
package enum Step: Int, Hashable, Sendable, Comparable {
    case file, signature, policy, size, headers, content, graph, releaseSet, vendor, target

    package static func < (a: Step, b: Step) -> Bool { a.rawValue < b.rawValue }
}

/// One thing that is wrong, found by a check: an answer and not an accident.
package struct Finding: Hashable, Sendable, Error {
    package let step: Step
    package let fault: FaultClass
    /// The stable word of bundle-spec/reasons.md.
    package let reason: String
    /// One lowercase clause that names the thing, what was expected and what was found.
    package let message: String
    /// The content that the finding is about, where it is about one.
    package let digest: Digest?
    /// The same in its parts, where the finding is about the release set.
    package let setFinding: SetFinding?

    package init(
        _ fault: FaultClass, _ reason: String, at step: Step, _ message: String, about digest: Digest? = nil,
        from setFinding: SetFinding? = nil,
    ) {
        self.digest = digest
        self.setFinding = setFinding
        self.step = step
        self.fault = fault
        self.reason = reason
        self.message = message
    }

    /// The same in other words.
    package func saying(_ message: String) -> Finding {
        Finding(fault, reason, at: step, message, about: digest, from: setFinding)
    }
}

/// What a check found, at least one thing, in the order in which it is told.
package struct Refusal: Error, Sendable {
    package let findings: [Finding]
    package let first: Finding

    package init(_ finding: Finding) {
        first = finding
        findings = [finding]
    }

    /// Nothing where nothing was found. Findings of one step keep their order.
    package init?(_ found: [Finding]) {
        let sorted = found.enumerated()
            .sorted { ($0.element.step, $0.offset) < ($1.element.step, $1.offset) }
            .map(\.element)
        guard let first = sorted.first else { return nil }
        self.first = first
        findings = sorted
    }
}
