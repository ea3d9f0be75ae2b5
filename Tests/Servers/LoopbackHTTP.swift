import Foundation
import Glibc

/// One request to a server on this machine, over a connection of its own.
package enum LoopbackHTTP {
    package struct Answer: Sendable {
        package let status: Int
        /// Names in lowercase.
        package let headers: [String: String]
        package let body: [UInt8]
        /// All of it, as it came.
        package let raw: [UInt8]
    }

    /// Sends a request of HTTP/1.0, so that the answer is not chunked and ends with its connection.
    package static func send(
        _ method: String, _ target: String, headers: [String: String] = [:], body: [UInt8] = [], to port: Int,
    ) throws -> Answer {
        let connection = try LoopbackSocket.connect(port)
        defer { close(connection) }
        var headers = headers.filter { !["connection", "content-length"].contains($0.key.lowercased()) }
        if headers["host"] == nil { headers["host"] = "127.0.0.1:\(port)" }
        if !body.isEmpty || !["GET", "HEAD"].contains(method) {
            headers["content-length"] = String(body.count)
        }
        let lines = headers.map { "\($0.key): \($0.value)\r\n" }.joined()
        try write(Array("\(method) \(target) HTTP/1.0\r\n\(lines)\r\n".utf8) + body, to: connection)
        return try answer(read(connection), to: "\(method) \(target)")
    }

    private static func answer(_ raw: [UInt8], to request: String) throws -> Answer {
        guard let end = raw.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw ServerError("\(request): no answer")
        }
        let lines = String(decoding: raw[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw ServerError("\(request): answered with \(lines[0])")
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 {
                headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        return Answer(status: status, headers: headers, body: Array(raw[end.upperBound...]), raw: raw)
    }

    private static func write(_ bytes: [UInt8], to connection: CInt) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw ServerError("a connection broke while sending: \(errno)") }
            sent += count
        }
    }

    private static func read(_ connection: CInt) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count >= 0 else { throw ServerError("a connection broke while receiving: \(errno)") }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}
