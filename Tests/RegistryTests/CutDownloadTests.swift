import Foundation
import OCI
import Registry
import Servers
import Testing

/// What had come when a connection ended, and who reads more slowly than it comes.
@Suite struct CutDownloadTests {
    private static let cut = 5 << 20
    private static let size = 18 << 20
    private let bytes = (0..<size >> 8).flatMap {
        [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: 256)
    }

    /// Cuts each connection behind the same number of bytes, all of which are on their way by then.
    private func server() throws -> ScriptedServer {
        let data = Data(bytes)
        return try ScriptedServer { request, _ in
            let start = request.headers["range"].map(Self.start) ?? 0
            let range = ["Content-Range": "bytes \(start)-\(Self.size - 1)/\(Self.size)"]
            var reply = ScriptedServer.Reply(
                start > 0 ? 206 : 200, start > 0 ? range : [:], data: data[start...], isKept: false)
            reply.cut = Self.cut
            return reply
        }
    }

    private static func start(_ range: String) -> Int { Int(range.dropFirst("bytes=".count).dropLast()) ?? 0 }

    @Test(arguments: [false, true])
    func `all that came before a cut is kept, though its reader is slower than the line`(isTLS: Bool)
        async throws
    {
        let server = try server()
        let folder = try TemporaryFolder.make("cut")
        defer { try? FileManager.default.removeItem(at: folder) }
        let authority = try CertificateAuthority(in: folder)
        try authority.issue("front", names: "IP:127.0.0.1")
        let certificates = isTLS ? [UInt8](try Data(contentsOf: authority.certificate)) : nil
        let front =
            isTLS ? try TLSFront(to: server.port, certificate: folder.appending(path: "front").path) : nil
        let host = try RegistryHost("127.0.0.1:\(front?.port ?? server.port)")
        var read: [UInt8] = []
        try await withConnection(to: host) { options in
            options.caCertificates = certificates
            if isTLS { options.plainHTTP = [] }
        } _: { (connection) async throws in
            read = try await withTaskExecutorPreference(OwnThreads()) {
                var read: [UInt8] = []
                try await connection.pullBlob(
                    repository, digest: Digest(of: bytes), size: Int64(bytes.count), from: 0
                ) { piece in
                    usleep(10_000)
                    read.append(contentsOf: piece)
                }
                return read
            }
        }
        #expect(read == bytes)
        let starts = server.requests.map { $0.headers["range"].map(Self.start) ?? 0 }
        #expect(starts == [0, Self.cut, 2 * Self.cut, 3 * Self.cut])
    }
}
