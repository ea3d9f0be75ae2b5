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

    /// A name service that answers otherwise the second time: whoever looks a name up, finds the address harmless and
    /// then connects by name is led to this machine.
    @Test func `a name that leads elsewhere the second time does not lead there`() throws {
        let service = try ScriptedServer { _, _ in
            ScriptedServer.Reply(200, [:], Array(#"{"token":"t"}"#.utf8))
        }
        let registry = try ScriptedServer { [port = service.port] _, _ in
            ScriptedServer.Reply(
                401, ["WWW-Authenticate": #"Bearer realm="http://auth.corp.test:\#(port)/token""#])
        }
        let host = "registry.corp.test:\(registry.port)"
        func check(first: String) throws -> ProgramResult {
            try RunningProgram.cgbundle(
                [
                    "auth", "check", host, "--plain-http", host, "--authfile", anybody(at: host),
                    "--max-attempts", "1",
                ],
                environment: [
                    "LD_PRELOAD": try NameService.library(in: folder.path), "FIRST_ADDRESS": first,
                ])
        }
        // No connection can be made to the first address, so the error tells that it was the one tried.
        let result = try check(first: "255.255.255.255")
        #expect(
            result.output.contains("does not take connections: network is unreachable"), "\(result.output)")
        #expect(result.output.contains("[unreachable]"))
        #expect(service.requests == [])
        let refused = try check(first: "127.0.0.1")
        #expect(refused.output.contains("[auth.realm]"), "\(refused.output)")
        #expect(service.requests == [])
    }

    private func anybody(at host: String) throws -> String {
        let file = folder.path + "/auth.json"
        try Data(#"{"auths":{"\#(host)":{"username":"mira","password":"word"}}}"#.utf8).write(
            to: URL(filePath: file))
        return file
    }
}

/// A library that is loaded before glibc and plays a name service.
private enum NameService {
    static func library(in folder: String) throws -> String {
        let (text, library) = (folder + "/names.c", folder + "/names.so")
        try Data(source.utf8).write(to: URL(filePath: text))
        let made = try RunningProgram.run(
            "clang", "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, text)
        guard made.status == 0 else { throw NotSeen(description: "clang: \(made.errors)") }
        return library
    }

    private static let source = #"""
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <netdb.h>
        #include <stdatomic.h>
        #include <stdlib.h>
        #include <string.h>

        static atomic_int asked;

        int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                        struct addrinfo **found) {
            if (name != NULL && strcmp(name, "registry.corp.test") == 0) name = "127.0.0.1";
            if (name != NULL && strcmp(name, "auth.corp.test") == 0)
                name = atomic_fetch_add(&asked, 1) == 0 ? getenv("FIRST_ADDRESS") : "127.0.0.1";
            return ((int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(
                RTLD_NEXT, "getaddrinfo"))(name, service, hints, found);
        }
        """#
}
