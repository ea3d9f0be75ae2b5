import CommandRunner
import Foundation
import Glibc
import Servers
import Testing

/// Where the names of token services lead. The names are those of a private file of hosts, which takes root to put
/// in place.
@Suite(.enabled(if: geteuid() == 0)) struct RealmAddressTests {
    private let folder: WorkFolder

    init() throws { folder = try WorkFolder() }

    private func check(_ hosts: String, _ arguments: String...) throws -> ProgramResult {
        let file = folder.path + "/hosts"
        try Data(hosts.utf8).write(to: URL(filePath: file))
        let script =
            #"mount --make-rprivate / && mount --bind "$0" /etc/hosts && exec "$@""#
        return try RunningProgram(
            "/usr/bin/unshare",
            ["-m", "sh", "-c", script, file, CommandRunner.products + "/cgbundle", "auth", "check"]
                + arguments,
            environment: ["HOME": folder.path, "DOCKER_CONFIG": "", "XDG_RUNTIME_DIR": folder.path]
        ).waitUntilExit()
    }

    @Test(arguments: ["127.0.0.1", "169.254.169.254", "0.0.0.0"])
    func `a token service whose name leads to this machine or its link is not asked`(address: String) throws {
        let service = try ScriptedServer { _, _ in
            ScriptedServer.Reply(200, [:], Array(#"{"token":"t"}"#.utf8))
        }
        let port = service.port
        let registry = try ScriptedServer { _, _ in
            ScriptedServer.Reply(
                401, ["WWW-Authenticate": #"Bearer realm="http://auth.corp.test:\#(port)/token""#])
        }
        let host = "registry.corp.test:\(registry.port)"
        let hosts = "127.0.0.1 registry.corp.test\n\(address) auth.corp.test\n"
        let refused = try check(
            hosts, host, "--plain-http", host, "--authfile", try anybody(at: host))
        #expect(refused.status == 7, "\(refused.output) \(refused.errors)")
        #expect(refused.output.contains("whose name leads to \(address)"))
        #expect(refused.output.contains("[auth.realm]"))
        #expect(service.requests == [])
        guard address == "127.0.0.1" else { return }
        let named = try check(
            hosts, host, "--plain-http", host, "--companion-host", "auth.corp.test:\(port)", "--authfile",
            try anybody(at: host))
        #expect(named.output.contains("[auth.denied]"), "\(named.output)")
        #expect(service.requests.count == 1)
    }

    private func anybody(at host: String) throws -> String {
        let file = folder.path + "/auth.json"
        try Data(#"{"auths":{"\#(host)":{"username":"mira","password":"word"}}}"#.utf8).write(
            to: URL(filePath: file))
        return file
    }
}
