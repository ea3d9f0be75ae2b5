import Foundation
import Glibc

/// One accepted connection of a test's server: reads requests and writes what it is told.
struct ServerConnection {
    private let descriptor: CInt
    private var bytes: [UInt8] = []
    /// How many bytes of content may still be written.
    private var left: Int

    init(_ descriptor: CInt, limit: Int?) {
        self.descriptor = descriptor
        left = limit ?? .max
        var one: CInt = 1
        // Without effect a small answer would only come later.
        _ = setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<CInt>.size))
    }

    func end() {
        _ = shutdown(descriptor, CInt(SHUT_RDWR))
        close(descriptor)
    }

    /// Reads what still comes until the other side has read enough, so that an early answer is not lost by a reset.
    func drain() {
        _ = shutdown(descriptor, CInt(SHUT_WR))
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        _ = setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
    }

    /// A request without its body, or nothing when the other side has gone.
    mutating func readHead() -> ScriptedServer.Request? {
        let end = Array("\r\n\r\n".utf8)
        var head = bytes.firstRange(of: end)
        while head == nil {
            guard more() else { return nil }
            head = bytes.firstRange(of: end)
        }
        guard let head else { return nil }
        let lines = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        bytes.removeSubrange(..<head.upperBound)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 {
                headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
            }
        }
        let words = lines[0].split(separator: " ")
        guard words.count == 3 else { return nil }
        return ScriptedServer.Request(
            method: String(words[0]), target: String(words[1]), headers: headers)
    }

    mutating func readBody(_ count: Int) -> [UInt8]? {
        bytes.reserveCapacity(count)
        while bytes.count < count { guard more() else { return nil } }
        let body = Array(bytes[..<count])
        bytes.removeSubrange(..<count)
        return body
    }

    private mutating func more() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        bytes += buffer[..<count]
        return true
    }

    /// Writes the reply as far as it goes, and gives the bytes of its body that were written.
    mutating func write(_ reply: ScriptedServer.Reply) -> Int {
        if reply.silence.before > 0 { usleep(UInt32(reply.silence.before * 1_000_000)) }
        guard reply.head.withUnsafeBytes({ send($0) }) else { return 0 }
        let count = min(reply.cut ?? reply.body.count, reply.body.count, left)
        left -= count
        let size = reply.drip?.size ?? 65_536
        var sent = 0
        while sent < count {
            let piece = reply.body[
                reply.body.startIndex + sent..<reply.body.startIndex + min(sent + size, count)]
            guard piece.withUnsafeBytes({ send($0) }) else { break }
            sent += piece.count
            if let drip = reply.drip { usleep(UInt32(drip.seconds * 1_000_000)) }
        }
        var next: UInt8 = 0
        while reply.isHeld, recv(descriptor, &next, 1, 0) > 0 {}
        if reply.silence.after > 0 { usleep(UInt32(reply.silence.after * 1_000_000)) }
        return sent
    }

    private func send(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
            let count = Glibc.send(descriptor, rest.baseAddress, rest.count, CInt(MSG_NOSIGNAL))
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
