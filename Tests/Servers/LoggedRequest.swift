/// One line of a registry's access log.
package struct LoggedRequest: Hashable, Sendable, CustomStringConvertible {
    package let method: String
    /// Without the query.
    package let path: String
    package let query: String
    package let status: Int

    /// Reads the combined log format: `host - - [time] "METHOD /path HTTP/1.1" status size "referrer" "agent"`.
    init?(_ line: Substring) {
        let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
        guard quoted.count >= 3 else { return nil }
        let request = quoted[1].split(separator: " ")
        guard request.count == 3, let status = quoted[2].split(separator: " ").first.flatMap({ Int($0) })
        else {
            return nil
        }
        method = String(request[0])
        path = String(request[1].prefix { $0 != "?" })
        query = String(request[1].drop { $0 != "?" }.dropFirst())
        self.status = status
    }

    /// Whether the request changes a registry.
    package var isWrite: Bool { method != "GET" && method != "HEAD" }

    package var description: String { "\(method) \(path) \(status)" }
}
