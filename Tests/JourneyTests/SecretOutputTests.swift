import CommandRunner
import Foundation
import Servers
import Synchronization
import Testing

/// Nothing secret is printed at any level, whatever a server sends back of what it was sent.
@Suite struct SecretOutputTests {
    private let folder: WorkFolder

    init() throws { folder = try WorkFolder() }

    private static let levels = ["info", "debug"]
    private static let user = "mira"
    private static let password = #"plan"ted/pass+word%"#

    /// Every form of what was planted: the password, the pair, tokens, upload states and signatures.
    private static var forms: [String] {
        let words = [
            password, "\(user):\(password)", "planted-identity", "planted-token", "planted-state",
            "planted-signature",
            "planted-cookie",
        ]
        return words.flatMap { word in
            [
                word, Data(word.utf8).base64EncodedString(),
                word.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? word,
                word.addingPercentEncoding(withAllowedCharacters: .urlQueryAllowed) ?? word,
                String(decoding: (try? JSONEncoder().encode(word)) ?? Data(), as: UTF8.self).dropFirst()
                    .dropLast()
                    .replacingOccurrences(of: "\\/", with: "/"),
            ]
        }
    }

    private func run(_ arguments: [String], input: String = "", _ level: String) throws -> ProgramResult {
        let result = try RunningProgram.cgbundle(
            arguments + ["--log-level", level],
            environment: [
                "PATH": folder.path + "/bin:/usr/bin:/bin", "HOME": folder.path, "DOCKER_CONFIG": folder.path,
                "XDG_RUNTIME_DIR": folder.path,
                "XDG_CONFIG_HOME": folder.path, "REGISTRY_AUTH_FILE": "",
            ], input: input)
        for form in Self.forms {
            #expect(!result.output.contains(form), "\(form) in \(result.output)")
            #expect(!result.errors.contains(form), "\(form) in \(result.errors)")
        }
        return result
    }

    /// Repeats whatever it was sent, wherever there is room for it, and sets a cookie.
    private static func echo(_ status: Int, _ request: ScriptedServer.Request, _ more: [String: String] = [:])
        -> ScriptedServer.Reply
    {
        let sent = request.headers["authorization"] ?? ""
        let pair = sent.split(separator: " ").last.flatMap { Data(base64Encoded: String($0)) } ?? Data()
        let words = String(decoding: pair, as: UTF8.self)
        let encoded = words.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        let text = "\(sent) \(words) \(words.dropFirst(user.count + 1)) \(encoded) \(request.target)"
        let body = (try? JSONEncoder().encode(["errors": [["code": sent, "message": text]]])) ?? Data()
        var headers = ["Set-Cookie": "session=planted-cookie", "Warning": "299 - \"you sent \(text)\""]
        headers.merge(more) { $1 }
        return ScriptedServer.Reply(status, headers, Array(body))
    }

    private static func hasCredential(_ request: ScriptedServer.Request) -> Bool {
        request.headers["authorization"] != nil
    }

    @Test(arguments: levels, ["v2", "manifests", "POST", "DELETE", "location", "cookie"])
    func `a registry that repeats a password does not get it printed`(level: String, place: String) throws {
        let server = try ScriptedServer { request, _ in
            guard Self.hasCredential(request) else {
                return ScriptedServer.Reply(
                    401, ["WWW-Authenticate": "Basic realm=x", "Set-Cookie": "session=planted-cookie"])
            }
            if request.headers["cookie"] != nil { return ScriptedServer.Reply(418) }
            let isHere = request.target.contains(place) || request.method == place
            if isHere, place != "v2" || request.target == "/v2/" { return Self.echo(403, request) }
            if request.method == "POST" {
                let location =
                    place == "location"
                    ? "ht!tp://mira:planted-token@x/u?_state=planted-state" : "/v2/u/1?_state=planted-state"
                return Self.echo(202, request, ["Location": location])
            }
            return Self.echo(request.target == "/v2/" ? 200 : 404, request)
        }
        let host = "127.0.0.1:\(server.port)"
        let result = try run(
            [
                "auth", "check", host + "/team/app", "--plain-http", host, "--username", Self.user,
                "--password-stdin",
            ], input: Self.password, level)
        #expect(["DELETE", "cookie"].contains(place) == (result.status == 0), "\(result.output)")
        // The server saw the password, so there was something to print.
        #expect(server.requests.contains(where: Self.hasCredential))
        #expect(server.requests.allSatisfy { $0.headers["cookie"] == nil })
        if level == "debug" {
            #expect(result.errors.contains("debug: GET http://\(host)/v2/: 401, 0 bytes, "))
            if place == "DELETE" {
                #expect(result.errors.contains("debug: DELETE http://\(host)/v2/u/1?...: 403"))
            }
        } else {
            #expect(!result.errors.contains("debug"))
        }
    }

    @Test(arguments: levels, [200, 400, 403, 500])
    func `a token service that repeats what it was sent does not get it printed`(level: String, status: Int)
        throws
    {
        let server = try ScriptedServer { request, _ in
            let host = request.headers["host"] ?? ""
            guard request.target.hasPrefix("/token") else {
                guard Self.hasCredential(request) else {
                    return ScriptedServer.Reply(
                        401,
                        [
                            "WWW-Authenticate":
                                #"Bearer realm="http://\#(host)/token?planted-state=planted-state",service="s""#
                        ])
                }
                return Self.echo(403, request)
            }
            let text = String(decoding: request.body, as: UTF8.self)
            let known = "planted-identity"
            guard status == 200 else {
                let told = [
                    "error": "invalid_grant", "error_description": "\(known) \(text) \(request.target)",
                ]
                return ScriptedServer.Reply(status, [:], Array((try? JSONEncoder().encode(told)) ?? Data()))
            }
            return ScriptedServer.Reply(
                200, [:], Array(#"{"token":"planted-token","refresh_token":"planted-identity"}"#.utf8))
        }
        let host = "127.0.0.1:\(server.port)"
        let file = folder.path + "/auth.json"
        try Data(#"{"auths":{"\#(host)":{"identitytoken":"planted-identity"}}}"#.utf8).write(
            to: URL(filePath: file))
        let result = try run(
            [
                "auth", "check", host + "/team/app", "--plain-http", host, "--authfile", file,
                "--max-attempts", "1",
            ], level)
        #expect(result.status != 0)
        #expect(
            server.requests.contains { String(decoding: $0.body, as: UTF8.self).contains("planted-identity") }
        )
        if level == "debug" { #expect(result.errors.contains("debug: POST http://\(host)/token?..., ")) }
    }

    @Test(arguments: levels)
    func `a registry that names a token service by the password does not get it printed`(level: String) throws
    {
        let server = try ScriptedServer { request, _ in
            let host = request.headers["host"] ?? ""
            let sent = request.headers["authorization"]?.split(separator: " ").last
            guard let pair = sent.flatMap({ Data(base64Encoded: String($0)) }), request.target != "/v2/"
            else {
                return sent == nil
                    ? ScriptedServer.Reply(401, ["WWW-Authenticate": "Basic realm=x"])
                    : ScriptedServer.Reply(200)
            }
            let words = String(decoding: pair, as: UTF8.self).dropFirst(Self.user.count + 1)
            let path = words.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            return ScriptedServer.Reply(
                401, ["WWW-Authenticate": #"Bearer realm="http://\#(host)/\#(path)",service="s""#])
        }
        let host = "127.0.0.1:\(server.port)"
        let result = try run(
            [
                "auth", "check", host + "/team/app", "--plain-http", host, "--username", Self.user,
                "--password-stdin",
            ], input: Self.password, level)
        #expect(result.output.contains("a token (Bearer) of http://\(host)/[hidden]"))
    }

    @Test func `a wait on a terminal repeats no password`() throws {
        let server = try ScriptedServer { request, _ in
            guard Self.hasCredential(request) else {
                return ScriptedServer.Reply(401, ["WWW-Authenticate": "Basic realm=x"])
            }
            return Self.echo(503, request)
        }
        let host = "127.0.0.1:\(server.port)"
        let sample = try Sample.shared()
        let command =
            ["\(CommandRunner.products)/cgbundle"]
            + sample.importing() + [
                "--registry", "\(host)/x", "--no-record",
                "--plain-http", host, "--username", Self.user, "--password-stdin", "--max-attempts", "2",
            ]
        let words = command.map { "'\($0)'" }.joined(separator: " ")
        let word = folder.path + "/password"
        try Data(Self.password.utf8).write(to: URL(filePath: word))
        let result = try RunningProgram(
            "script",
            ["--quiet", "--return", "--command", "stty cols 1000; \(words) <\(word)", folder.path + "/log"]
        ).waitUntilExit()
        #expect(result.output.contains("attempt 2 of 2"), "\(result.output)")
        #expect(result.output.contains("[hidden]"))
        for form in Self.forms { #expect(!result.output.contains(form), "\(form) in \(result.output)") }
    }

    @Test(arguments: levels, ["text", "json"])
    func `a signed address is shown without its signature`(level: String, format: String) throws {
        let sample = try Sample.shared()
        let storage = try ScriptedServer { request, _ in
            ScriptedServer.Reply(403, ["Set-Cookie": "s=planted-cookie"], Array("no: \(request.target)".utf8))
        }
        let port = storage.port
        let proxy = try RegistryProxy(to: sample.source)
        proxy.alter { request, _ in
            guard request.isBlobDownload else { return nil }
            return ScriptedServer.Reply(
                307, ["Location": "http://127.0.0.1:\(port)/blob?X-Amz-Signature=planted-signature&x=1"])
        }
        let result = try run(
            sample.exporting(to: folder.path + "/out.tar", through: proxy) + ["--format", format], level)
        #expect(result.status != 0)
        #expect(storage.requests.contains { $0.target.contains("planted-signature") })
        #expect((result.output + result.errors).contains("/blob?..."))
    }

    @Test(arguments: levels)
    func `a helper's words, a config's entries and a proxy's password are not printed`(level: String) throws {
        let script = "#!/bin/sh\necho '{\"Username\":\"mira\",\"Secret\":\"planted-token\"'\n"
        try ProgramFile.write(script, to: folder.path + "/bin/docker-credential-fake")
        let file = folder.path + "/auth.json"
        try Data(#"{"auths":{"a.example":{"auth":"planted-token"}},"credsStore":"fake"}"#.utf8).write(
            to: URL(filePath: file))
        let faults = ["a.example": "[auth.entry]", "b.example": "its answer cannot be read"]
        for (host, fault) in faults {
            let result = try run(
                ["auth", "check", host, "--authfile", file, "--proxy", "http://m:planted-state@x:1"], level)
            #expect(result.status == 7)
            #expect(result.errors.contains(fault), "\(result.errors)")
        }
        let mistyped = try run(["auth", "check", "https://mira:planted-token@a.example/x"], level)
        #expect(mistyped.status == 64)
    }
}
