import LibCrypto
import StrictJSON

/// The check of a log's signed promise to include an entry, which also vouches for the entry's time.
///
/// sigstore/rekor, "SignedEntryTimestamp": a signature over the canonical JSON (RFC 8785) of four members, none of which
/// has anything to escape.
enum PromiseCheck {
    /// Returns the time that the promise covers.
    static func check(_ promise: [UInt8], of entry: LogEntry, by log: TrustedLog) throws(EvidenceFault)
        -> Timestamp
    {
        guard log.key.isValid(signature: promise, over: signedBytes(of: entry)) else {
            throw EvidenceFault(
                .set, "the log entry's promise: the signature of \(log.name) does not fit the entry")
        }
        guard entry.integratedTime > 0 else {
            throw EvidenceFault(.set, "the log entry's promise: expected a time, found none")
        }
        let time = Timestamp(seconds: entry.integratedTime)
        guard log.window.contains(time) else {
            throw EvidenceFault(
                .time, "the log \(log.name): holds \(log.window), expected it to hold at \(time)")
        }
        return time
    }

    static func signedBytes(of entry: LogEntry) -> [UInt8] {
        let text =
            #"{"body":"\#(Base64.encode(entry.body))","integratedTime":\#(entry.integratedTime),"#
            + #""logID":"\#(entry.logID.hex)","logIndex":\#(entry.logIndex)}"#
        return [UInt8](text.utf8)
    }
}
