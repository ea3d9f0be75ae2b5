/// What evidence under a trusted root must come with; a property of the root, never of what the evidence lacks.
package struct RequiredChecks: Hashable, Sendable {
    /// Distinct transparency logs that have an entry of the signature.
    package let tlog: Int
    /// Distinct certificate transparency logs that have seen the certificate.
    package let sct: Int
    /// Distinct sources of time.
    package let time: Int

    /// Refuses a set without a proven time, since a certificate of minutes means nothing without one.
    package init(tlog: Int, sct: Int, time: Int) throws(EvidenceFault) {
        guard (0...32).contains(tlog), (0...32).contains(sct), (1...32).contains(time) else {
            throw EvidenceFault(
                .root,
                "the required checks: expected tlog and sct from 0, time from 1, to 32, found tlog \(tlog), "
                    + "sct \(sct), time \(time)")
        }
        self.tlog = tlog
        self.sct = sct
        self.time = time
    }

    /// Fills in what is not said by what the root has, and refuses to guess where it has nothing, so that emptying a
    /// root's lists cannot lower the bar.
    package init(for root: TrustedRoot, tlog: Int? = nil, sct: Int? = nil, time: Int? = nil)
        throws(EvidenceFault)
    {
        guard let tlog = tlog ?? (root.logs.isEmpty ? nil : 1) else { throw Self.unsaid("tlog", root) }
        guard let sct = sct ?? (root.ctLogs.isEmpty ? nil : 1) else { throw Self.unsaid("sct", root) }
        try self.init(tlog: tlog, sct: sct, time: time ?? 1)
    }

    private static func unsaid(_ check: String, _ root: TrustedRoot) -> EvidenceFault {
        EvidenceFault(
            .root,
            "\(root.name): has no \(check == "sct" ? "certificate transparency log" : "transparency log"); "
                + "say with \"require\" how many \(check) it is to give")
    }
}

/// A trusted root and what evidence under it must come with.
package struct RequiredRoot: Hashable, Sendable {
    package let name: String
    package let root: TrustedRoot
    package let requires: RequiredChecks

    package init(name: String, root: TrustedRoot, requires: RequiredChecks) {
        self.name = name
        self.root = root
        self.requires = requires
    }
}
