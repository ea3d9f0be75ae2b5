package import Foundation
import Glibc
import Synchronization

/// An http server that answers as a test tells it, also with what no honest server says.
///
/// A reply is written as it stands. Unless it says that the connection stays open, each request has its own.
package final class ScriptedServer: Sendable {
    package struct Request: Hashable, Sendable {
        package let method: String
        /// With the query.
        package let target: String
        /// Names in lowercase.
        package let headers: [String: String]
        package internal(set) var body: [UInt8] = []
        /// Whether the server stopped reading before the body's end.
        package internal(set) var isCut = false

        /// What `Content-Length` says.
        package var length: Int { headers["content-length"].flatMap { Int($0) } ?? 0 }

        /// The same request for something else.
        package func asking(for target: String) -> Request {
            Request(method: method, target: target, headers: headers, body: body, isCut: isCut)
        }
    }

    /// What is written back.
    package struct Reply: Sendable {
        package let status: Int
        var head: [UInt8]
        var body: Data
        /// Whether the connection is kept for another request.
        var isKept = false
        /// How many bytes of the body are written before the connection is cut.
        package var cut: Int?
        /// Seconds of silence before the first byte, and behind `cut` bytes where that is set.
        package var silence: (before: Double, after: Double) = (0, 0)
        /// How many bytes of the body are written at a time, and the seconds behind each.
        package var drip: (size: Int, seconds: Double)?
        /// Whether nothing comes behind the body until the other side hangs up.
        package var isHeld = false

        /// These bytes, and the end of the connection.
        package init(raw: [UInt8]) {
            status = 0
            head = raw
            body = Data()
        }

        /// These bytes, some at a time, and the end of the connection.
        package init(raw: [UInt8], drip: (size: Int, seconds: Double)) {
            self.init(raw: [])
            body = Data(raw)
            self.drip = drip
        }

        /// An honest answer, unless the headers say otherwise: a `Content-Length` given there replaces the true one,
        /// and an empty one leaves it out.
        package init(_ status: Int, _ headers: [String: String] = [:], _ body: [UInt8] = []) {
            self.init(status, headers, data: Data(body), isKept: false)
        }

        package init(_ status: Int, _ headers: [String: String], data: Data, isKept: Bool) {
            self.status = status
            self.isKept = isKept
            self.body = data
            var headers = headers
            headers["Content-Length"] = headers["Content-Length"] ?? String(data.count)
            headers["Connection"] = isKept ? "keep-alive" : "close"
            let lines = headers.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
                .map { "\($0.key): \($0.value)\r\n" }
            head = Array("HTTP/1.1 \(status) Told\r\n\(lines.joined())\r\n".utf8)
        }
    }

    /// What is done with a request whose body was not read yet.
    package struct Decision: Sendable {
        /// After how many bytes of its body no more is read; nothing reads all.
        let limit: Int?
        let answer: @Sendable (Request) -> Reply

        package init(readingUpTo limit: Int? = nil, _ answer: @escaping @Sendable (Request) -> Reply) {
            self.limit = limit
            self.answer = answer
        }
    }

    /// What a request came to.
    package struct Exchange: Sendable {
        package let method: String
        package let target: String
        package let status: Int
        /// Bytes of content that were read and written.
        package let received: Int
        package let sent: Int
        /// How many requests were being answered when this one came, itself among them.
        package let underWay: Int
        /// Seconds since the server began.
        package let time: Double

        /// Without the query.
        package var path: String { String(target.prefix { $0 != "?" }) }
    }

    package let port: Int
    private let listener: CInt
    private let decide: @Sendable (Request, Int) -> Decision
    private let keepsRequests: Bool
    private let began = ContinuousClock.now
    private let state = Mutex(State())

    private struct State {
        var requests: [Request] = []
        var exchanges: [Exchange] = []
        var count = 0
        var underWay = 0
    }

    /// - Parameter answer: is given each request and how many came before it.
    package convenience init(
        _ answer: @escaping @Sendable (_ request: Request, _ before: Int) -> Reply
    ) throws {
        try self.init(keepsRequests: true) { _, before in Decision { answer($0, before) } }
    }

    /// - Parameters:
    ///   - connectionLimit: after how many bytes of content every connection is cut; nothing lets all pass.
    ///   - keepsRequests: whether `requests` holds them, with their bodies.
    ///   - decide: is given each request without its body, and how many came before it.
    package init(
        connectionLimit: Int? = nil, keepsRequests: Bool,
        deciding decide: @escaping @Sendable (_ head: Request, _ before: Int) -> Decision,
    ) throws {
        (listener, port) = try LoopbackSocket.listen()
        self.keepsRequests = keepsRequests
        self.decide = decide
        // The thread must not keep the server alive, or nobody would ever stop it.
        let listener = listener
        let serve: @Sendable (inout ServerConnection) -> Bool = { [weak self] connection in
            self?.serve(&connection) ?? false
        }
        Thread.detachNewThread {
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else { return }
                Thread.detachNewThread {
                    var connection = ServerConnection(descriptor, limit: connectionLimit)
                    while serve(&connection) {}
                    connection.end()
                }
            }
        }
    }

    deinit { stop() }

    package func stop() {
        _ = shutdown(listener, CInt(SHUT_RDWR))
    }

    package var requests: [Request] { state.withLock { $0.requests } }

    /// What was answered so far, in the order of the answers' ends.
    package var exchanges: [Exchange] { state.withLock { $0.exchanges } }

    /// Answers one request, and says whether another may come.
    private func serve(_ connection: inout ServerConnection) -> Bool {
        guard var request = connection.readHead() else { return false }
        let (before, underWay) = state.withLock { state in
            state.count += 1
            state.underWay += 1
            return (state.count - 1, state.underWay)
        }
        defer { state.withLock { $0.underWay -= 1 } }
        let decision = decide(request, before)
        let wanted = min(decision.limit ?? request.length, request.length)
        request.isCut = wanted < request.length
        guard let body = connection.readBody(wanted) else { return false }
        request.body = body
        let kept = request
        if keepsRequests { state.withLock { $0.requests.append(kept) } }
        let time = (ContinuousClock.now - began) / .seconds(1)
        let reply = decision.answer(kept)
        let sent = connection.write(reply)
        let exchange = Exchange(
            method: request.method, target: request.target, status: reply.status, received: body.count,
            sent: sent,
            underWay: underWay, time: time)
        state.withLock { $0.exchanges.append(exchange) }
        if request.isCut, reply.status > 0 { connection.drain() }
        return reply.isKept && !request.isCut && sent == reply.body.count
    }
}
