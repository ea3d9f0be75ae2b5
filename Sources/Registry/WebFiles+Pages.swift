import NIOHTTP1

/// One page of a list that a web API splits into pages.
package struct WebPage: Sendable {
    package let bytes: [UInt8]
    /// `true` if the answer links to a next page (RFC 8288, `rel="next"`). The link's address is not used: the caller
    /// builds the next address, so an answer cannot lead to another host.
    package let hasNext: Bool
}

extension WebFiles {
    /// The number of requests sent so far, with redirects and repetitions.
    package var requestCount: Int { requester.traffic.summary.requests }

    /// Returns a JSON document below the base, or `nil` if there is none (404 or 410).
    ///
    /// Redirects are followed on the host of the base only; renamed repositories have them.
    package func page(
        _ path: String, query: String? = nil, upTo limit: Int, attempts: Int,
    ) async throws -> WebPage? {
        var attempts = Attempts(options, requester.traffic, limit: attempts)
        while true {
            do {
                return try await pageOnce(path, query, limit)
            } catch let trouble as PassingTrouble {
                try await attempts.next(after: trouble)
            }
        }
    }

    private func pageOnce(_ path: String, _ query: String?, _ limit: Int) async throws -> WebPage? {
        let place = address(of: path)
        let answer = try await pageAnswer(
            RequestURL(origin: place.origin, path: place.path, query: query))
        switch answer.status {
        case 200: break
        case 404, 410:
            try await answer.discard()
            return nil
        default:
            throw Refusals.error(
                try await answer.refused(), writes: false, isPlain: base.origin.scheme == .http)
        }
        guard let bytes = try await answer.content(upTo: limit) else {
            throw RegistryError.tooLarge(answer.exchange, limit: limit)
        }
        return WebPage(bytes: bytes, hasNext: LinkHeader.next(answer.response.headers["Link"]) != nil)
    }

    private func pageAnswer(_ start: RequestURL) async throws -> Answer {
        var url = start
        var policy = RedirectPolicy(from: start)
        while true {
            let answer = try await requester.send(
                OutgoingRequest(
                    method: "GET", url: url,
                    headers: ["Accept": "application/vnd.github+json, application/json"]
                ))
            guard RedirectPolicy.isRedirect(answer.status) else { return answer }
            let next = try policy.next(
                after: url, location: answer.header("Location"), exchange: answer.exchange)
            guard next.origin == base.origin else {
                throw RegistryError.page(answer.exchange, .origin(next.shown))
            }
            try await answer.discard()
            url = next
        }
    }
}
