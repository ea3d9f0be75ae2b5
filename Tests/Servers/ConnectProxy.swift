import Foundation
import Glibc
import Synchronization

/// An http proxy that opens ways to other hosts (`CONNECT`), all of which lie on this machine.
///
/// Names lead where a test says, so that a name which nobody else knows shows that a request came through here.
package final class ConnectProxy: Sendable {
    /// What was asked for, whether or not a way was opened.
    package struct Request: Hashable, Sendable {
        package let method: String
        /// `HOST:PORT`.
        package let target: String
        /// All of it.
        package let head: String
    }

    package let port: Int
    private let listener: CInt
    private let names: [String: Int]
    private let credential: String?
    private let seen = Mutex<[Request]>([])

    /// - Parameters:
    ///   - names: the ports that names lead to; 127.0.0.1 leads to itself, others nowhere.
    ///   - credential: `USER:PASSWORD` that is wanted.
    package init(leading names: [String: Int] = [:], credential: String? = nil) throws {
        (listener, port) = try LoopbackSocket.listen()
        (self.names, self.credential) = (names, credential)
        // The thread must not keep the proxy alive, or nobody would ever stop it.
        let listener = listener
        let serve: @Sendable (CInt) -> Void = { [weak self] connection in self?.serve(connection) }
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Thread.detachNewThread {
                    serve(connection)
                    close(connection)
                }
            }
        }
    }

    deinit { _ = shutdown(listener, CInt(SHUT_RDWR)) }

    package var address: String { "127.0.0.1:\(port)" }

    package var requests: [Request] { seen.withLock { $0 } }

    private func serve(_ client: CInt) {
        guard let head = Self.head(client) else { return }
        let words = head.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3 else { return }
        seen.withLock { $0.append(Request(method: words[0], target: words[1], head: head)) }
        guard words[0] == "CONNECT" else { return Self.answer(405, client) }
        if let credential {
            let wanted =
                "proxy-authorization: basic " + Data(credential.utf8).base64EncodedString().lowercased()
            guard head.lowercased().contains(wanted) else { return Self.answer(407, client) }
        }
        let parts = words[1].split(separator: ":")
        let host = String(parts.first ?? "")
        guard let port = names[host] ?? (host == "127.0.0.1" ? parts.last.flatMap { Int($0) } : nil),
            let server = try? LoopbackSocket.connect(port)
        else { return Self.answer(502, client) }
        defer { close(server) }
        Self.answer(200, client)
        Self.pass(between: client, and: server)
    }

    private static func head(_ connection: CInt) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        // One by one, since what follows the head is for the other end.
        while !bytes.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
            guard recv(connection, &byte, 1, 0) == 1, bytes.count < 65_536 else { return nil }
            bytes.append(byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func answer(_ status: Int, _ connection: CInt) {
        // No length after a 200: what follows is the way itself.
        let length = status == 200 ? "" : "Content-Length: 0\r\n"
        _ = write(Array("HTTP/1.1 \(status) Told\r\n\(length)\r\n".utf8)[...], to: connection)
    }

    private static func write(_ bytes: ArraySlice<UInt8>, to connection: CInt) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private static func pass(between one: CInt, and other: CInt) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            var ends = [one, other].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&ends, 2, -1) > 0 else { return }
            for (end, next) in [(ends[0], other), (ends[1], one)] where end.revents != 0 {
                let count = recv(end.fd, &buffer, buffer.count, 0)
                guard count > 0, write(buffer[..<count], to: next) else { return }
            }
        }
    }
}
