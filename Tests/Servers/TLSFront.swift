import CommandRunner
import Foundation

/// An https port in front of a server that speaks plain http, in Python, on a free loopback port.
///
/// It changes nothing: what comes in is handed on, what comes out too, and each side hears when the other hangs up.
package final class TLSFront: @unchecked Sendable {
    // Sendable: everything is set before `init` returns, but for the process, which is only ever told to stop.

    package let port: Int
    private let folder: URL
    private let process: ChildProcess

    /// - Parameters:
    ///   - server: the port behind.
    ///   - certificate: the path without `.pem` and `.key`.
    package init(to server: Int, certificate: String) throws {
        folder = try TemporaryFolder.make("tls")
        port = try freePort()
        let script = folder.appending(path: "front.py")
        try Data(Self.script.utf8).write(to: script)
        process = try ChildProcess(
            "python3", [script.path, String(port), String(server), certificate], output: "/dev/null",
            errors: "/dev/null")
        let process = process
        guard waitForListener(port: port, while: { process.isRunning }) else {
            process.stop()
            throw ServerError("nothing listens for https on \(port)")
        }
    }

    deinit {
        process.stop()
        // The folder lies in the system's temporary place: what cannot be removed now is removed with that.
        try? FileManager.default.removeItem(at: folder)
    }

    private static let script = #"""
        import asyncio, ssl, sys

        port, server, certificate = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


        async def copy(reader, writer):
            try:
                while data := await reader.read(65536):
                    writer.write(data)
                    await writer.drain()
            except (OSError, ssl.SSLError):
                pass
            finally:
                writer.close()


        async def serve(reader, writer):
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", server)
            await asyncio.gather(copy(reader, inner_writer), copy(inner_reader, writer))


        async def main():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate + ".pem", certificate + ".key")
            front = await asyncio.start_server(serve, "127.0.0.1", port, ssl=context)
            await front.serve_forever()


        asyncio.run(main())
        """#
}
