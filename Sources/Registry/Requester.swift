import NIOHTTP1
import OCI

/// An answer together with what messages say of it.
struct Answer: Sendable {
    let exchange: Exchange
    let response: IncomingResponse
    /// What was asked with, which signs addresses and which some servers repeat.
    private let query: String?

    init(_ exchange: Exchange, _ response: IncomingResponse, query: String?) {
        self.exchange = exchange
        self.response = response
        self.query = query
    }

    var status: Int { response.status }

    /// The value of a header that may stand once; several values count as none.
    func header(_ name: String) -> String? {
        let values = response.headers[name]
        return values.count == 1 ? values.first : nil
    }

    /// All bytes, or nothing if there are more than `limit`.
    func content(upTo limit: Int) async throws -> [UInt8]? {
        try await readable { try await response.body.collect(upTo: limit) }
    }

    /// Reads what there is to read, so that the connection can be used again.
    func discard() async throws {
        _ = try await readable { try await response.body.prefix(ErrorDocument.maximumSize) }
    }

    /// The exchange with what the body says of the refusal.
    func refused() async throws -> Exchange {
        let bytes = try await readable { try await response.body.prefix(ErrorDocument.maximumSize) }
        return Exchange(
            host: exchange.host, method: exchange.method, path: exchange.path, status: status,
            error: ErrorDocument(bytes, hiding: query), sender: exchange.sender)
    }

    /// Does some reading of the body, whose interruption is passing trouble.
    func readable<T>(_ read: () async throws -> T) async throws -> T {
        do {
            return try await read()
        } catch let failure as TransportFailure {
            throw PassingTrouble(error: failure.error(exchange))
        }
    }
}

/// Sends single requests and tells passing trouble from answers.
struct Requester: Sendable {
    let transport: HTTPTransport
    /// The registry that all requests are about; nothing where they are about none.
    let registry: RegistryHost?
    let options: RegistryOptions
    let traffic: Traffic

    /// Throws `PassingTrouble` for a lost connection or a busy server, and `RegistryError` for what will not pass.
    func send(_ request: OutgoingRequest) async throws -> Answer {
        var request = request
        request.headers.replaceOrAdd(name: "User-Agent", value: options.userAgent)
        request.headers.replaceOrAdd(name: "Accept-Encoding", value: "identity")
        let asked = Exchange(
            host: request.url.origin.authority, method: request.method, path: request.url.shownPath)
        traffic.countRequest()
        let began = ContinuousClock.now
        let response: IncomingResponse
        do {
            response = try await transport.send(request, for: registry)
        } catch var failure as TransportFailure {
            // A port that has answered in plain http speaks no https: what came is an answer that was spoilt.
            if failure == .tlsPort, traffic.hasAnswered(request.url.origin) { failure = .noHTTP }
            let error = error(failure, asked, request)
            trace(request, "failed, \(error)", since: began)
            throw failure.isTransient(afterAnswer: traffic.hasAnswered) ? PassingTrouble(error: error) : error
        }
        traffic.noteAnswer(of: request.url.origin)
        trace(request, Self.told(response), since: began)
        for warning in response.headers["Warning"] where warning.hasPrefix("299 ") {
            traffic.warn("\(asked.host): \(warning)")
        }
        let exchange = Exchange(
            host: asked.host, method: asked.method, path: asked.path, status: response.status,
            sender: request.sender)
        let answer = Answer(exchange, response, query: request.url.query)
        guard RetryPolicy.isBusy(response.status) else { return answer }
        throw try await busy(answer)
    }

    /// Some servers of https hang up on plain http without a word.
    private func error(_ failure: TransportFailure, _ asked: Exchange, _ request: OutgoingRequest)
        -> RegistryError
    {
        guard case .interrupted(let cause) = failure, request.url.origin.scheme == .http, !traffic.hasAnswered
        else { return failure.error(asked) }
        return .interrupted(
            asked, cause: "\(cause); if this port speaks https, leave out --plain-http \(asked.host)")
    }

    func trace(_ text: @autoclosure () -> String) {
        if let trace = options.trace { trace(KnownSecrets.hidden(in: text())) }
    }

    /// One line for one request: addresses without their queries, sizes, and no header.
    private func trace(_ request: OutgoingRequest, _ outcome: String, since began: ContinuousClock.Instant) {
        let sent: String =
            switch request.body {
            case .none: ""
            case .bytes(let bytes): ", \(bytes.count) bytes sent"
            case .pieces(let pieces): ", \(pieces.size) bytes to send"
            }
        let milliseconds = began.duration(to: .now) / .milliseconds(1)
        trace("\(request.method) \(request.url.shown)\(sent): \(outcome), \(Int(milliseconds)) ms")
    }

    private static func told(_ response: IncomingResponse) -> String {
        let length = response.headers["Content-Length"].first.flatMap { Int64($0) }
        return "\(response.status)" + (length.map { ", \($0) bytes" } ?? "")
    }

    private func busy(_ answer: Answer) async throws -> any Error {
        let exchange = try await answer.refused()
        guard RetryPolicy.isTransient(answer.status, exchange.error) else {
            return Refusals.error(
                exchange, writes: answer.exchange.method != "GET" && answer.exchange.method != "HEAD",
                isPlain: false)
        }
        let wait = RetryPolicy.wait(retryAfter: answer.header("Retry-After"), date: answer.header("Date"))
        if let wait, .seconds(wait) > options.maximumWait {
            return RegistryError.rateLimited(exchange, wait: wait)
        }
        let error: RegistryError =
            answer.status == 429 ? .rateLimited(exchange, wait: nil) : .unavailable(exchange, attempts: 1)
        return PassingTrouble(error: error, wait: wait)
    }
}
