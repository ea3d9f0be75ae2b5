import LibCrypto

/// What one trusted root, and no other beside it, proves of a signature.
struct RootProof {
    var logged: [LoggedEntry] = []
    var times: [ProvenTime] = []
    var ctLogs: [TrustedLog] = []

    /// Proves a signature by a key without any root, which is enough if neither a log nor a time is asked for.
    init(_ evidence: SignedEvidence, by key: TrustedKey) throws(EvidenceFault) {
        guard key.tlog == .optional else {
            throw EvidenceFault(
                .log,
                "\(evidence.name): the key \"\(key.name)\" needs a log entry, and no trusted root is given",
                state: .unverifiableOffline)
        }
        guard key.window == nil else {
            throw EvidenceFault(
                .notime,
                "\(evidence.name): the key \"\(key.name)\" needs a proven time, and no trusted root is given",
                state: .unverifiableOffline)
        }
    }

    /// Proves a signature by a certificate: every check that the root asks for must hold.
    init(_ evidence: SignedEvidence, by leaf: Certificate, under root: RequiredRoot) throws(EvidenceFault) {
        let paths = try CertificatePath.all(from: leaf, in: root)
        let seen = try Self.first(of: paths) { path throws(EvidenceFault) in
            (path: path, ctLogs: try SCTCheck.check(path, in: root))
        }
        try TimeCheck.requireAny(in: evidence)
        logged = try LogCheck.check(evidence, in: root)
        try LogCheck.require(root.requires.tlog, logged, of: evidence, in: root)
        let time = TimeCheck(evidence, logged, in: root)
        try time.require(root.requires.time, of: evidence, in: root)
        try time.checkWindows(of: logged)
        times = time.times
        let held = try Self.first(of: seen) { seen throws(EvidenceFault) in
            try seen.path.check(at: time.times)
            return seen.ctLogs
        }
        ctLogs = held[0]
    }

    /// Proves what there is to prove of a signature by a key.
    init(_ evidence: SignedEvidence, by key: TrustedKey, under root: RequiredRoot) throws(EvidenceFault) {
        logged = try LogCheck.check(evidence, in: root)
        if key.tlog == .required {
            try LogCheck.require(max(1, root.requires.tlog), logged, of: evidence, in: root)
        }
        let time = TimeCheck(evidence, logged, in: root)
        try time.checkWindows(of: logged)
        times = time.times
        guard let window = key.window else { return }
        try time.require(1, of: evidence, in: root)
        for time in times where !window.contains(time.time) {
            throw EvidenceFault(
                .time, "the key \"\(key.name)\": holds \(window), expected it to hold at \(time)")
        }
    }

    /// The results of those that pass, at least one; or the fault of the first.
    private static func first<Element, Result>(
        of elements: [Element], _ check: (Element) throws(EvidenceFault) -> Result
    ) throws(EvidenceFault) -> [Result] {
        var results: [Result] = []
        var firstFault: EvidenceFault?
        for element in elements {
            do throws(EvidenceFault) {
                results.append(try check(element))
            } catch {
                firstFault = firstFault ?? error
            }
        }
        if results.isEmpty, let firstFault { throw firstFault }
        return results
    }
}
