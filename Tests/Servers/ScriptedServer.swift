import Foundation
import Glibc
import Synchronization

/// An http server that answers as a test tells it, also with what no honest server says.
///
/// Each request has its own connection: an answer is written as it stands, then the connection is closed.
package final class ScriptedServer: Sendable {
    package struct Request: Hashable, Sendable {
        package let method: String
        /// With the query.
        package let target: String
        /// Names in lowercase.
        package let headers: [String: String]
        package let body: [UInt8]
    }

    /// What is written back, byte for byte.
    package struct Reply: Sendable {
        let bytes: [UInt8]

        package init(raw: [UInt8]) { bytes = raw }

        /// An honest answer, unless the headers say otherwise: a `Content-Length` given there replaces the true one.
        package init(_ status: Int, _ headers: [String: String] = [:], _ body: [UInt8] = []) {
            var headers = headers
            headers["Content-Length"] = headers["Content-Length"] ?? String(body.count)
            headers["Connection"] = "close"
            let lines = headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)\r\n" }
            bytes = Array("HTTP/1.1 \(status) Told\r\n\(lines.joined())\r\n".utf8) + body
        }
    }

    package let port: Int
    private let listener: CInt
    private let answer: @Sendable (Request, Int) -> Reply
    private let seen = Mutex<[Request]>([])

    /// - Parameter answer: is given each request and how many came before it.
    package init(_ answer: @escaping @Sendable (_ request: Request, _ before: Int) -> Reply) throws {
        (listener, port) = try LoopbackSocket.listen()
        self.answer = answer
        // The thread must not keep the server alive, or nobody would ever stop it.
        let listener = listener
        let serve: @Sendable (CInt) -> Void = { [weak self] connection in self?.serve(connection) }
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread {
                    serve(connection)
                    _ = shutdown(connection, CInt(SHUT_RDWR))
                    close(connection)
                }
            }
        }
    }

    deinit { stop() }

    package func stop() {
        _ = shutdown(listener, CInt(SHUT_RDWR))
    }

    package var requests: [Request] { seen.withLock { $0 } }

    private func serve(_ connection: CInt) {
        guard let request = Self.read(connection) else { return }
        let before = seen.withLock { seen in
            seen.append(request)
            return seen.count - 1
        }
        let bytes = answer(request, before).bytes
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    private static func read(_ connection: CInt) -> Request? {
        var bytes: [UInt8] = []
        func more() -> Bool {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return false }
            bytes += buffer[..<count]
            return true
        }
        let end = Array("\r\n\r\n".utf8)
        var head: Range<Int>?
        while head == nil {
            guard more() else { return nil }
            head = bytes.firstRange(of: end)
        }
        guard let head else { return nil }
        let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 {
                headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while bytes.count - head.upperBound < length { guard more() else { return nil } }
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        return Request(
            method: String(words[0]), target: String(words[1]), headers: headers,
            body: Array(bytes[head.upperBound...].prefix(length)))
    }
}
