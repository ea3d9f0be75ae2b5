/// `bytes 0-99/200` (RFC 9110, "Content-Range").
struct ContentRange: Hashable {
    let start: Int64
    let end: Int64
    /// Nothing where the sender does not know it.
    let total: Int64?

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, bounds.count == 2, let start = Int64(bounds[0]), let end = Int64(bounds[1]),
            start >= 0, end >= start
        else { return nil }
        self.start = start
        self.end = end
        total = parts[1] == "*" ? nil : Int64(parts[1])
        guard parts[1] == "*" || total != nil else { return nil }
    }
}
