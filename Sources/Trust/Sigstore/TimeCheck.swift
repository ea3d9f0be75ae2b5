import LibCrypto

/// A time at which the signature is proved to have been there.
package struct ProvenTime: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        case log(String)
        case timestampAuthority(String)
    }

    package let time: Timestamp
    package let source: Source
}

extension ProvenTime: CustomStringConvertible {
    package var description: String {
        switch source {
        case .log(let name): "\(time), the time of the log \(name)"
        case .timestampAuthority(let name): "\(time), the time of the timestamp authority \(name)"
        }
    }
}

/// The times that one root proves of a signature: by promises of its logs and by its timestamp authorities.
///
/// A timestamp that does not verify proves no time. Whether that matters depends on what else does.
struct TimeCheck {
    private(set) var times: [ProvenTime] = []
    private var sources: Set<[UInt8]> = []
    private var firstFault: EvidenceFault?

    init(_ evidence: SignedEvidence, _ logged: [LoggedEntry], in root: RequiredRoot) {
        for entry in logged {
            guard let time = entry.time else { continue }
            times.append(ProvenTime(time: time, source: .log(entry.log.name)))
            sources.insert(entry.log.counted)
        }
        for response in evidence.timestamps {
            do throws(EvidenceFault) {
                let (token, authority) = try Self.check(response, over: evidence.timestampedBytes, in: root)
                times.append(
                    ProvenTime(
                        time: Timestamp(seconds: token.time), source: .timestampAuthority(authority.name)))
                sources.insert(authority.counted)
            } catch {
                firstFault = firstFault ?? error
            }
        }
    }

    /// Refuses a signature with nothing that could ever tell when it was made, as `.sig` and `.pem` files are.
    static func requireAny(in evidence: SignedEvidence) throws(EvidenceFault) {
        guard evidence.entries.isEmpty, evidence.timestamps.isEmpty else { return }
        throw EvidenceFault(
            .notime,
            "\(evidence.name): expected a log entry or a timestamp that tells when it was signed, found neither",
            state: .unverifiableOffline)
    }

    /// Refuses a signature with fewer distinct sources of time than asked for.
    func require(_ count: Int, of evidence: SignedEvidence, in root: RequiredRoot) throws(EvidenceFault) {
        guard sources.count < count else { return }
        if let firstFault { throw firstFault }
        throw EvidenceFault(
            .notime,
            "\(evidence.name): expected \(count) proven time(s) under \"\(root.name)\", found \(sources.count)",
            state: .unverifiableOffline)
    }

    /// Refuses entries of a log whose key was not to be believed when the signature was there.
    func checkWindows(of logged: [LoggedEntry]) throws(EvidenceFault) {
        for entry in logged where entry.time == nil {
            for time in times where !entry.log.window.contains(time.time) {
                throw EvidenceFault(
                    .time,
                    "the log \(entry.log.name): holds \(entry.log.window), expected it to hold at \(time)")
            }
        }
    }

    private static func check(
        _ response: [UInt8], over bytes: [UInt8], in root: RequiredRoot
    ) throws(EvidenceFault) -> (TimestampToken, TrustedAuthority) {
        let token: TimestampToken
        do throws(TimestampError) {
            token = try TimestampToken(response: response)
        } catch {
            throw EvidenceFault(.timestamp, "\(error)")
        }
        var faults: [EvidenceFault] = []
        for authority in root.root.timestampAuthorities {
            do throws(TimestampError) {
                try token.verify(over: bytes, authority: authority.chain)
            } catch {
                faults.append(EvidenceFault(.timestamp, "\(error)"))
                continue
            }
            let time = Timestamp(seconds: token.time)
            if authority.window.contains(time) { return (token, authority) }
            // That the authority is known says more than what the others make of the token.
            faults.insert(
                fault("\(authority.name) holds \(authority.window), expected it to hold at \(time)"), at: 0)
        }
        throw faults.first ?? fault("expected a timestamp authority in \"\(root.name)\", found none")
    }

    private static func fault(_ text: String) -> EvidenceFault {
        EvidenceFault(.timestamp, "the timestamp: \(text)")
    }
}
