import CommandRunner
package import Foundation
import Glibc

/// Why a test's server could not be had.
package struct ServerError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) {
        self.description = description
    }
}

package enum TemporaryFolder {
    package static func make(_ name: String) throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "cgbundle-\(name)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}

/// A loopback port that nobody listens on at this moment.
package func freePort() throws -> Int {
    let listener = try LoopbackSocket.listen()
    defer { close(listener.descriptor) }
    return listener.port
}

enum LoopbackSocket {
    static func listen() throws -> (descriptor: CInt, port: Int) {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ServerError("no socket: \(errno)") }
        var one: CInt = 1
        guard setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<CInt>.size)) == 0
        else { throw ServerError("no address reuse: \(errno)") }
        var address = self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(descriptor, raw, length) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, raw, &length) == 0
            }
        }
        guard bound else { throw ServerError("no loopback port: \(errno)") }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    /// A connection to the port.
    static func connect(_ port: Int) throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ServerError("no socket: \(errno)") }
        var address = self.address(port: port)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                Glibc.connect(descriptor, raw, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            let code = errno
            close(descriptor)
            throw ServerError("port \(port): no connection: \(code)")
        }
        return descriptor
    }

    /// Whether somebody accepts connections on the port.
    static func isListening(_ port: Int) -> Bool {
        guard let descriptor = try? connect(port) else { return false }
        close(descriptor)
        return true
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        return address
    }
}

/// Waits until a server that was just started accepts connections: at most half a minute.
package func waitForListener(port: Int, while isRunning: () -> Bool) -> Bool {
    for _ in 0..<3000 where isRunning() {
        if LoopbackSocket.isListening(port) { return true }
        usleep(10_000)
    }
    return false
}

/// Runs a program to its end and throws if it failed.
func run(_ program: String, _ arguments: String...) throws {
    let process = try ChildProcess(program, arguments, output: "/dev/null", errors: "/dev/null")
    let status = process.wait()
    guard status == 0 else { throw ServerError("\(program) \(arguments) ended with \(status)") }
}
