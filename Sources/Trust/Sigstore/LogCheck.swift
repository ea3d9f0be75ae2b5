/// An entry that a log of the root vouches for.
struct LoggedEntry {
    let entry: LogEntry
    let log: TrustedLog
    /// What the log's promise covers; a second generation log tells no time.
    let time: Timestamp?
}

/// The check that logs of one root have the entries: a promise, a proof, or both, by the log's key.
enum LogCheck {
    /// Returns the entries of logs that the root knows. An entry of another log counts for nothing.
    static func check(_ evidence: SignedEvidence, in root: RequiredRoot) throws(EvidenceFault)
        -> [LoggedEntry]
    {
        var logged: [LoggedEntry] = []
        for entry in evidence.entries {
            guard let log = root.root.logs.first(where: { $0.id == entry.logID }) else { continue }
            logged.append(try check(entry, by: log, acceptsPromiseAlone: evidence.acceptsPromiseAlone))
        }
        return logged
    }

    /// Refuses entries of fewer distinct logs than the root asks for; several entries of one log are one.
    static func require(
        _ count: Int, _ logged: [LoggedEntry], of evidence: SignedEvidence, in root: RequiredRoot
    ) throws(EvidenceFault) {
        let found = Set(logged.map(\.log.counted)).count
        guard found >= count else {
            throw EvidenceFault(
                .log,
                "\(evidence.name): expected entries of \(count) log(s) of \"\(root.name)\", found \(found), and "
                    + "\(evidence.entries.count - logged.count) of other logs",
                state: evidence.entries.isEmpty ? .unverifiableOffline : .invalid)
        }
    }

    private static func check(
        _ entry: LogEntry, by log: TrustedLog, acceptsPromiseAlone: Bool
    ) throws(EvidenceFault) -> LoggedEntry {
        let isSecondGeneration = entry.kind.map { $0.isSame(as: .hashedRekordV2) } ?? false
        if isSecondGeneration, entry.promise != nil {
            throw EvidenceFault(
                .set, "the log entry: expected no promise in an entry of this kind, found one")
        }
        let time = try entry.promise.map { promise throws(EvidenceFault) in
            try PromiseCheck.check(promise, of: entry, by: log)
        }
        if let proof = entry.proof {
            try InclusionCheck.check(proof, of: entry, by: log, isSecondGeneration: isSecondGeneration)
        } else if time == nil || !acceptsPromiseAlone {
            throw InclusionCheck.fault("expected one, found none")
        }
        return LoggedEntry(entry: entry, log: log, time: time)
    }
}
