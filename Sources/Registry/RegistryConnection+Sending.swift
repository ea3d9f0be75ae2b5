import NIOHTTP1
import OCI

extension RegistryConnection {
    /// Sends one call: with authorization if it goes to the registry itself, again if the registry asks for a
    /// newer one, and on to where the content is if that is allowed.
    func send(_ call: Call) async throws -> Answer {
        let answer = try await sendAuthorized(call)
        guard call.mayRedirect, RedirectPolicy.isRedirect(answer.status) else { return answer }
        let (first, isForeign) = try await follow(answer, call)
        guard first.status == 403, isForeign else { return first }
        // A signed address lives for minutes only; the registry gives a new one.
        try await first.discard()
        let again = try await sendAuthorized(call)
        guard RedirectPolicy.isRedirect(again.status) else { return again }
        return try await follow(again, call).answer
    }

    private func sendAuthorized(_ call: Call, isForeign: Bool = false) async throws -> Answer {
        var request = OutgoingRequest(
            method: call.method, url: call.url, headers: call.headers, body: call.body)
        guard call.url.origin == origin, !isForeign else { return try await requester.send(request) }
        let used = try await authorizer.authorization(for: call.scopes)
        request.carry(used)
        let answer = try await requester.send(request)
        guard answer.status == 401 else { return answer }
        if call.isForSomebody, try await !authorizer.hasCredential(for: call.scopes) {
            await authorizer.note(answer)
            return answer
        }
        let renewed = try await authorizer.authorization(
            after: answer, for: call.scopes, replacing: used?.value)
        request.carry(renewed)
        // What lies before a body that goes on is hashed again before the second request is open, as before the first.
        if case .pieces(let pieces) = call.body { try await pieces.passOver() }
        let second = try await requester.send(request)
        guard second.status == 401 else { return second }
        throw RegistryError.denied(try await second.refused())
    }

    /// Follows redirects from `answer` on, without authorization from where they leave the registry: whoever sends back to it
    /// must not choose what is asked there in somebody's name.
    private func follow(_ answer: Answer, _ call: Call) async throws -> (answer: Answer, isForeign: Bool) {
        var policy = RedirectPolicy(from: call.url)
        var answer = answer
        var url = call.url
        var isForeign = false
        while RedirectPolicy.isRedirect(answer.status) {
            let next = try policy.next(
                after: url, location: answer.header("Location"), exchange: answer.exchange)
            guard options.followsRedirects else {
                throw RegistryError.redirectRefused(answer.exchange, to: next.shown)
            }
            try await answer.discard()
            url = next
            isForeign = isForeign || url.origin != origin
            answer = try await sendAuthorized(
                Call(call.method, url, scopes: call.scopes, headers: call.headers, body: call.body),
                isForeign: isForeign)
        }
        return (answer, isForeign)
    }

    /// The meaning of the refusal in `answer`.
    func refusal(_ answer: Answer, writes: Bool = false) async throws -> RegistryError {
        Refusals.error(try await answer.refused(), writes: writes, isPlain: origin.scheme == .http)
    }
}
