/// Where a redirect may lead.
///
/// Handled here and not by the HTTP library, which would follow from https to plain http.
struct RedirectPolicy {
    static let maximumHops = 5

    /// The registry that the chain began at, for messages.
    let host: String
    private var seen: Set<RequestURL>
    private var hops = 0

    init(from start: RequestURL) {
        host = start.origin.authority
        seen = [start]
    }

    static func isRedirect(_ status: Int) -> Bool { [301, 302, 303, 307, 308].contains(status) }

    /// The address that `location`, in the answer to `url`, sends to.
    mutating func next(after url: RequestURL, location: String?, exchange: Exchange) throws(RegistryError)
        -> RequestURL
    {
        guard let location, let next = url.resolving(location) else {
            throw .pushLocation(exchange, found: location)
        }
        guard url.origin.scheme == .http || next.origin.scheme == .https else {
            throw .redirectDowngrade(from: url.shown, to: next.shown)
        }
        guard seen.insert(next).inserted else { throw .redirectLoop(host: host, to: next.shown) }
        hops += 1
        guard hops <= Self.maximumHops else { throw .redirectLimit(host: host, limit: Self.maximumHops) }
        return next
    }
}
