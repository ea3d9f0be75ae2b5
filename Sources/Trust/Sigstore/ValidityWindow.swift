/// The time in which a key or an authority is to be believed, both ends included.
///
/// Times of evidence are whole seconds, so a start with a fraction begins with the next second and an end with a
/// fraction ends with the last whole one.
///
/// sigstore/protobuf-specs, protos/sigstore_common.proto, "TimeRange": a closed interval.
package struct ValidityWindow: Hashable, Sendable {
    package let start: Timestamp
    package let end: Timestamp?

    package init(start: Timestamp, end: Timestamp?) {
        self.start = start
        self.end = end
    }

    package func contains(_ time: Timestamp) -> Bool {
        start <= time && end.map { time <= $0 } ?? true
    }

    /// Reads a `TimeRange`; one without a start would be open to all that came before, and is refused.
    init(_ node: EvidenceNode) throws(EvidenceFault) {
        try node.allow(["start", "end"])
        let (start, hasFraction) = try Self.time(node.member("start"))
        self.start = hasFraction ? Timestamp(seconds: start.seconds + 1) : start
        end = try node.optional("end").map { node throws(EvidenceFault) in try Self.time(node).time }
        if let end, end < self.start { throw node.shape("an end after the start", found: "\(end)") }
    }

    /// RFC 3339 in UTC, with at most nine digits of a second's fraction, which is only asked for being zero.
    private static func time(
        _ node: EvidenceNode
    ) throws(EvidenceFault) -> (time: Timestamp, hasFraction: Bool) {
        let text = try node.string()
        let parts = text.utf8.split(
            separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            guard let time = Timestamp(text) else { throw node.shape("a time in UTC", found: quoted(text)) }
            return (time, false)
        }
        let digits = parts[1].dropLast()
        guard parts[1].last == UInt8(ascii: "Z"), (1...9).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let time = Timestamp(String(decoding: parts[0], as: UTF8.self) + "Z")
        else { throw node.shape("a time in UTC", found: quoted(text)) }
        return (time, digits.contains { $0 != UInt8(ascii: "0") })
    }
}

extension ValidityWindow: CustomStringConvertible {
    package var description: String {
        end.map { "from \(start) to \($0)" } ?? "from \(start) on"
    }
}
