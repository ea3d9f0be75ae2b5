import NIOHTTP1
import OCI

/// The files below one web address, fetched without credentials.
///
/// A redirect is followed to https, and from plain http also to a host that the user named for plain http; never from https
/// to http.
package struct WebFiles: Sendable {
    let base: RequestURL
    let options: RegistryOptions
    let requester: Requester

    /// Nothing where `base` is no address to fetch files from: not http or https, with a query, with user information, or in
    /// plain http without the user's word.
    package init?(_ base: String, options: RegistryOptions, transport: HTTPTransport) {
        guard let url = RequestURL(base), url.query == nil, Self.isAllowed(url, options) else { return nil }
        self.base = url
        self.options = options
        requester = Requester(
            transport: transport, registry: nil, options: options, traffic: Traffic())
    }

    /// Hands on the bytes of a file, `limit` at most.
    ///
    /// - Parameters:
    ///   - path: below the base, in bytes that need no escape.
    ///   - begin: is called before the bytes come, and again before they come anew, with their number if the host
    ///     says it.
    /// - Returns: whether there is such a file.
    package func fetch(
        _ path: String, upTo limit: Int, begin: (_ announced: Int?) throws -> Void,
        into sink: (UnsafeRawBufferPointer) throws -> Void,
    ) async throws -> Bool {
        var attempts = Attempts(options, requester.traffic)
        while true {
            do {
                return try await fetchOnce(path, limit, begin, sink)
            } catch let trouble as PassingTrouble {
                try await attempts.next(after: trouble)
            }
        }
    }

    private func fetchOnce(
        _ path: String, _ limit: Int, _ begin: (Int?) throws -> Void,
        _ sink: (UnsafeRawBufferPointer) throws -> Void,
    ) async throws -> Bool {
        let answer = try await answer(to: path)
        switch answer.status {
        case 200: break
        case 404, 410:
            try await answer.discard()
            return false
        default:
            throw Refusals.error(
                try await answer.refused(), writes: false, isPlain: base.origin.scheme == .http)
        }
        if let encoding = answer.header("Content-Encoding"), encoding.lowercased() != "identity" {
            throw RegistryError.pullEncoding(answer.exchange, found: encoding)
        }
        let announced = answer.header("Content-Length").flatMap { Int($0) }
        guard (announced ?? 0) <= limit else {
            throw RegistryError.tooLarge(answer.exchange, limit: limit)
        }
        try begin(announced)
        var count = 0
        try await answer.readable {
            try await answer.response.body.forEach { piece in
                count += piece.count
                guard count <= limit else { throw RegistryError.tooLarge(answer.exchange, limit: limit) }
                try sink(piece)
            }
        }
        return true
    }

    /// - Parameter path: below the base, in bytes that need no escape.
    func address(of path: String) -> RequestURL {
        let directory = base.path.hasSuffix("/") ? base.path : base.path + "/"
        return RequestURL(origin: base.origin, path: directory + path)
    }

    private func answer(to path: String) async throws -> Answer {
        var url = address(of: path)
        var policy = RedirectPolicy(from: url)
        while true {
            let answer = try await requester.send(
                OutgoingRequest(method: "GET", url: url))
            guard RedirectPolicy.isRedirect(answer.status) else { return answer }
            let next = try policy.next(
                after: url, location: answer.header("Location"), exchange: answer.exchange)
            guard Self.isAllowed(next, options) else {
                throw RegistryError.redirectDowngrade(from: url.shown, to: next.shown)
            }
            try await answer.discard()
            url = next
        }
    }

    private static func isAllowed(_ url: RequestURL, _ options: RegistryOptions) -> Bool {
        url.origin.scheme == .https || options.plainHTTP.contains { url.origin.isNamed(by: $0) }
    }
}
