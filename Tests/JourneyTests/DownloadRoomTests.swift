import CommandRunner
import Foundation
import Glibc
import Servers
import Testing

/// Release hosts that send more than there is room for. The disks are of memory, in a private view of the machine that
/// takes root to make.
@Suite(.enabled(if: geteuid() == 0)) struct DownloadRoomTests {
    private let folder: WorkFolder
    private let sample: Sample

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
    }

    private typealias Reply = ScriptedServer.Reply

    /// The sample's file that a request asks for.
    private static func honest(_ request: ScriptedServer.Request) -> Reply {
        let content = request.target.split(separator: "/").last.flatMap {
            FileManager.default.contents(atPath: Sample.release + "/" + $0)
        }
        return content.map { Reply(200, [:], Array($0)) } ?? Reply(404)
    }

    /// An answer that says to be so long, of which hardly anything comes.
    private static func announcing(_ size: Int) -> Reply {
        var reply = Reply(200, ["Content-Length": "\(size)"], Array("little".utf8))
        reply.isHeld = true
        return reply
    }

    /// Exports onto an empty disk of `size`, and says at the end what is left on it.
    private func export(
        to size: String, _ options: String..., answer: @escaping @Sendable (ScriptedServer.Request) -> Reply,
    ) throws -> ProgramResult {
        let server = try ScriptedServer { request, _ in answer(request) }
        let script = """
            mount --make-rprivate / && mount -t tmpfs -o "size=$1" tmpfs "$0" && shift || exit 99
            "$@"; status=$?; echo "left: $(ls -A "$0")" >&2; exit $status
            """
        return try RunningProgram(
            "/usr/bin/unshare",
            [
                "-m", "sh", "-c", script, folder.path, size, CommandRunner.products + "/cgbundle", "export",
                Sample.version, "--release-url", "http://127.0.0.1:\(server.port)/releases", "--plain-http",
                "127.0.0.1:\(server.port)", "--images", CommandRunner.checkout + "/testdata/sample/images",
                "--output", folder.path + "/out.tar", "--key", sample.key, "--max-attempts", "1",
            ] + Sample.trust + options, environment: Sample.epoch
        ).waitUntilExit()
    }

    @Test func `with room enough the release comes`() throws {
        let result = try export(to: "64m") { Self.honest($0) }
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func `a file that is announced for more than half of the room is not read`() throws {
        let result = try export(to: "64m") {
            $0.target.hasSuffix("/cloudgrid-local.sh") ? Self.announcing(40 << 20) : Self.honest($0)
        }
        #expect(result.status == 9, "\(result.errors)")
        #expect(result.errors.contains("[space.precheck]"))
        #expect(result.errors.contains("67108864 are free"), "\(result.errors)")
        #expect(result.errors.contains("left: \n"))
    }

    @Test func `a file that is announced as nothing and does not end stops at half of the room`() throws {
        let result = try export(to: "64m") {
            guard $0.target.hasSuffix("/cloudgrid-local.sh") else { return Self.honest($0) }
            let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4000000\r\n"
            return Reply(raw: Array(head.utf8) + [UInt8](repeating: 0x41, count: 64 << 20))
        }
        #expect(result.status == 9, "\(result.errors)")
        #expect(result.errors.contains("[space.precheck]"))
        #expect(result.errors.contains("left: \n"))
    }

    @Test func `files that each may be but are too much in all are not read`() throws {
        let result = try export(to: "64g", "--concurrency", "8") {
            let isManifest = $0.target.hasSuffix("/release-manifest.json")
            return isManifest ? Self.honest($0) : Self.announcing(4 << 30)
        }
        #expect(result.status == 8, "\(result.errors)")
        #expect(result.errors.contains("more than 17179869184 bytes for one release"), "\(result.errors)")
        #expect(result.errors.contains("[pull.toolarge]"))
        #expect(result.errors.contains("left: \n"))
    }
}
