import CommandRunner
import Foundation
import OCI
import Servers
import Synchronization
import Testing

@testable import Registry

/// Challenges and tokens as they come, by scripted registries that are their own token services.
@Suite struct AuthorizerTests {
    private typealias Request = ScriptedServer.Request
    private typealias Reply = ScriptedServer.Reply

    private static let right = CredentialStore(explicit: Credential(user: "mira", password: "planted word"))

    private static func token(_ text: String, _ members: String = "") -> Reply {
        Reply(200, [:], Array(#"{"token":"\#(text)"\#(members)}"#.utf8))
    }

    private static func port(_ request: Request) -> String { request.headers["host"] ?? "" }

    private static func challenge(_ request: Request, _ more: String = "") -> Reply {
        Reply(
            401, ["WWW-Authenticate": #"Bearer realm="http://\#(port(request))/token",service="s"\#(more)"#])
    }

    private func tokenRequests(_ server: ScriptedServer) -> [String] {
        server.requests.map(\.target).filter { $0.hasPrefix("/token") }
    }

    @Test func `a registry that gives other names inside is asked for its own scope first`() async throws {
        try await withScript(
            { request, _ in
                if request.target.hasPrefix("/token") {
                    return Self.token(
                        request.target.contains("scope=repository%3Ainside%2Fapp%3Apull") ? "good" : "bad")
                }
                guard request.headers["authorization"] == "Bearer good" else {
                    return Self.challenge(request, #",scope="repository:inside/app:pull""#)
                }
                return Reply(404)
            }, options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            #expect(try await connection.digest(repository, of: try Tag("a"), isExpected: false) == nil)
            #expect(
                tokenRequests(server) == [
                    "/token?service=s&scope=repository%3Ainside%2Fapp%3Apull&scope=repository%3Ateam%2Fapp%3Apull"
                ])
        }
    }

    @Test func `a right that was missing is asked for once more, in one scope`() async throws {
        try await withScript(
            { request, before in
                if request.target.hasPrefix("/token") {
                    return Self.token(request.target.contains("delete") ? "more" : "less")
                }
                switch request.headers["authorization"] {
                case "Bearer more": return Reply(404)
                case nil: return Self.challenge(request)
                default:
                    return Self.challenge(
                        request, #",scope="repository:team/app:pull,delete",error="insufficient_scope""#)
                }
            }, options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            // The first 401 says nothing of scopes, so the first token has too little.
            let first = await reason {
                try await connection.digest(repository, of: try Tag("a"), isExpected: false)
            }
            #expect(first == "auth.denied")
            #expect(try await connection.digest(repository, of: try Tag("a"), isExpected: false) == nil)
            #expect(
                tokenRequests(server).last == "/token?service=s&scope=repository%3Ateam%2Fapp%3Apull%2Cdelete"
            )
        }
    }

    @Test func `a registry that is never content is asked twice at most`() async throws {
        try await withScript(
            { request, before in
                request.target.hasPrefix("/token") ? Self.token("t\(before)") : Self.challenge(request)
            }, options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.manifest(repository, .tag(try Tag("a")))
            }
            #expect(error?.reason == "auth.denied")
            #expect(error?.description.contains("team/app") == true)
            #expect(tokenRequests(server).count <= 2)
        }
    }

    @Test func `a 401 without a challenge is answered as the one before`() async throws {
        try await withScript(
            { request, before in
                if before == 0 { return Reply(401, ["WWW-Authenticate": "Basic realm=x"]) }
                return request.headers["authorization"] == nil ? Reply(401) : Reply(404)
            }, options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            try await connection.ping()
            #expect(try await connection.digest(repository, of: try Tag("a"), isExpected: false) == nil)
            #expect(server.requests.count == 3)
        }
    }

    @Test(arguments: [
        #"Negotiate YIIabc==, NTLM, Digest realm="a, b", qop="auth", Basic realm=“x”, charset="UTF-8""#,
        "Negotiate YII=, Basic realm=x", "NTLM TlRMTVNT, Basic", #"Bearer error="x", bAsIc"#,
        #"Bearer scope="repository:a:pull,push" , Basic realm = "a\"b, Bearer realm=c""#,
    ])
    func `schemes that are not spoken are passed over in any form`(header: String) async throws {
        try await withScript(
            { request, _ in
                request.headers["authorization"] == nil
                    ? Reply(401, ["WWW-Authenticate": header]) : Reply(404)
            }, options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            try await connection.ping()
            #expect(server.requests.last?.headers["authorization"]?.hasPrefix("Basic ") == true)
        }
    }

    @Test func `challenges may stand in headers of their own`() async throws {
        try await withScript(
            { request, _ in
                guard request.headers["authorization"] == nil else { return Reply(404) }
                let head =
                    "HTTP/1.1 401 No\r\nWWW-Authenticate: Negotiate\r\nWWW-Authenticate: Basic realm=x\r\n"
                return Reply(raw: Array((head + "Content-Length: 0\r\nConnection: close\r\n\r\n").utf8))
            }, options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            try await connection.ping()
            #expect(server.requests.last?.headers["authorization"]?.hasPrefix("Basic ") == true)
        }
    }

    @Test func `a helper is asked again when what it gave is no longer taken`() async throws {
        let folder = try TemporaryFolder.make("helper")
        let program = folder.appending(path: "docker-credential-fake")
        let script = """
            #!/bin/sh
            echo x >>'\(folder.path)/count'
            echo "{\\"Username\\":\\"mira\\",\\"Secret\\":\\"word-$(wc -l <'\(folder.path)/count')\\"}"
            """
        try ProgramFile.write(script, to: program.path)
        let file = try CredentialDocument(Array(#"{"credsStore":"fake"}"#.utf8), name: "file")
        let store = CredentialStore(
            documents: [file],
            helpers: CredentialHelpers(environment: ["PATH": "\(folder.path):/usr/bin:/bin"]))
        try await withScript(
            { request, before in
                let word = before < 4 ? "mira:word-1" : "mira:word-2"
                let right = "Basic " + Data(word.utf8).base64EncodedString()
                return request.headers["authorization"] == right
                    ? Reply(404) : Reply(401, ["WWW-Authenticate": "Basic realm=x"])
            }, options: { $0.credentials = store }
        ) { (connection, server) async throws in
            for _ in 0..<5 {
                #expect(try await connection.digest(repository, of: try Tag("a"), isExpected: false) == nil)
            }
            // A first 401, then one when the password has changed.
            #expect(server.requests.count == 7)
        }
    }

    @Test func `a registry that speaks only other schemes is told`() async throws {
        try await withScript(
            { _, _ in Reply(401, ["WWW-Authenticate": "Negotiate YII=, NTLM"]) },
            options: { $0.credentials = Self.right }
        ) { (connection, _) async throws in
            #expect(await reason { try await connection.ping() } == "auth.challenge")
        }
    }

    @Test func `a token is renewed before an upload when four fifths of its life are over`() async throws {
        let clock = TestClock()
        try await withScript(
            { request, before in
                if request.target.hasPrefix("/token") {
                    return Self.token("t\(before)", #","expires_in":100"#)
                }
                return request.headers["authorization"] == nil ? Self.challenge(request) : Reply(404)
            },
            options: {
                $0.credentials = Self.right
                $0.now = { clock.now }
            }
        ) { (connection, server) async throws in
            for (seconds, tokens) in [(0, 1), (79, 1), (2, 2), (79, 2), (500, 3)] {
                clock.advance(by: .seconds(seconds))
                #expect(try await connection.digest(repository, of: try Tag("a"), isExpected: false) == nil)
                #expect(tokenRequests(server).count == tokens)
            }
            // No request was refused for an old token.
            #expect(server.requests.filter { $0.headers["authorization"] == nil }.count == 1)
        }
    }

    @Test(arguments: [
        ("", 47, 49), (#","expires_in":5"#, 47, 49), (#","expires_in":99999999"#, 69_000, 69_200),
    ])
    func `a token's life is a minute at least and a day at most`(member: String, young: Int, old: Int)
        async throws
    {
        let clock = TestClock()
        try await withScript(
            { request, before in
                if request.target.hasPrefix("/token") { return Self.token("t\(before)", member) }
                return request.headers["authorization"] == nil ? Self.challenge(request) : Reply(404)
            }, options: { $0.now = { clock.now } }
        ) { (connection, server) async throws in
            for (seconds, tokens) in [(0, 1), (young, 1), (old - young, 2)] {
                clock.advance(by: .seconds(seconds))
                #expect(try await connection.digest(repository, of: try Tag("a"), isExpected: false) == nil)
                #expect(tokenRequests(server).count == tokens)
            }
        }
    }

    @Test(arguments: [
        #"{"token":"","access_token":"good"}"#, #"{"token":null,"access_token":"good","expires_in":null}"#,
        #"{"access_token":"good","token":"good"}"#,
    ])
    func `a token is found under either name`(answer: String) async throws {
        try await withScript { request, _ in
            if request.target.hasPrefix("/token") { return Reply(200, [:], Array(answer.utf8)) }
            return request.headers["authorization"] == "Bearer good" ? Reply(404) : Self.challenge(request)
        } _: { (connection, _) async throws in
            #expect(try await connection.digest(repository, of: try Tag("a"), isExpected: false) == nil)
        }
    }

    @Test func `a token is fetched once for many tasks, and one for each repository and right`() async throws
    {
        try await withScript(
            { request, before in
                if request.target.hasPrefix("/token") { return Self.token("t\(before)") }
                return request.headers["authorization"] == nil ? Self.challenge(request) : Reply(404)
            }, options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            try await withThrowingTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        _ = try await connection.digest(repository, of: try Tag("a"), isExpected: false)
                    }
                    group.addTask { _ = try await connection.digest(otherRepository, of: try Tag("a")) }
                }
                try await group.waitForAll()
            }
            #expect(
                Set(tokenRequests(server)) == [
                    "/token?service=s&scope=repository%3Ateam%2Fapp%3Apull",
                    "/token?service=s&scope=repository%3Ateam%2Fother%3Apull",
                ])
            #expect(tokenRequests(server).count == 2)
        }
    }

    @Test(arguments: [404, 405])
    func `an identity token is posted, and left out where the service knows no OAuth2`(status: Int)
        async throws
    {
        try await withScript(
            { request, _ in
                switch (request.target.hasPrefix("/token"), request.method) {
                case (true, "POST"): return Reply(status)
                case (true, _): return Self.token("anybody")
                default: return request.headers["authorization"] == nil ? Self.challenge(request) : Reply(404)
                }
            },
            options: { $0.credentials = CredentialStore(explicit: Credential(identityToken: "planted/id+")) }
        ) { (connection, server) async throws in
            #expect(try await connection.digest(repository, of: try Tag("a"), isExpected: false) == nil)
            let asked = server.requests.filter { $0.target.hasPrefix("/token") }
            #expect(asked.map(\.method) == ["POST", "GET"])
            let form = String(decoding: asked.first?.body ?? [], as: UTF8.self)
            #expect(form.contains("grant_type=refresh_token"))
            #expect(form.contains("refresh_token=planted%2Fid%2B"))
            #expect(form.contains("scope=repository%3Ateam%2Fapp%3Apull"))
            #expect(asked.last?.headers["authorization"] == nil)
            #expect(asked.last?.target.contains("planted") == false)
        }
    }

    @Test func `a right that is missing is told of the credential with which it was asked for`() async throws
    {
        // An identity token that the service does not trade is left out, so what is denied then is nobody's.
        let answer: @Sendable (Request, Int) -> Reply = { request, _ in
            if request.method == "POST" { return Reply(404) }
            if request.target.hasPrefix("/token") { return Self.token("good") }
            return request.headers["authorization"] == nil ? Self.challenge(request) : Reply(403)
        }
        let identity = CredentialStore(explicit: Credential(identityToken: "planted word"))
        for (store, words) in [
            (
                Self.right,
                "denied to user mira with a password, from the command line: the account has not this"
            ),
            (identity, "denied; give --authfile"), (.anonymous, "denied; give --authfile"),
        ] {
            try await withScript(answer, options: { $0.credentials = store }) { connection, server in
                let error = await #expect(throws: RegistryError.self) {
                    _ = try await connection.manifest(repository, .tag(try Tag("a")))
                }
                #expect(error?.reason == "auth.denied")
                #expect(error?.description.contains(words) == true, "\(String(describing: error))")
            }
        }
    }

    @Test(arguments: [
        (
            401, #"{"details":"incorrect username or password"}"#, "auth.denied",
            "incorrect username or password"
        ),
        (
            400, #"{"error":"invalid_grant","error_description":"expired"}"#, "auth.denied",
            #"invalid_grant "expired""#
        ),
        (
            403, #"{"errors":[{"code":"DENIED","message":"no such project"}]}"#, "auth.denied",
            #"DENIED "no such"#
        ),
        (418, "short and stout", "auth.token", "short and stout"),
        (200, "<html>", "auth.token", "json.syntax"),
        (200, #"{"token":""}"#, "auth.token", "none in the answer"),
        (200, #"{"token":"a\nb"}"#, "auth.token", "none in the answer"),
        (200, String(repeating: " ", count: 70_000), "auth.token", "more than 65536 bytes"),
    ])
    func `a service that gives no token is quoted`(status: Int, body: String, word: String, words: String)
        async throws
    {
        try await withScript(
            { request, _ in
                request.target.hasPrefix("/token")
                    ? Reply(status, [:], Array(body.utf8)) : Self.challenge(request)
            }, options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) { try await connection.ping() }
            #expect(error?.reason == word)
            #expect(error?.description.contains(words) == true, "\(String(describing: error))")
            #expect(error?.description.contains("planted") == false)
            #expect(tokenRequests(server).count == 1)
        }
    }

    @Test(arguments: [
        "http://auth.example.org/token", "//[::1]/token", "https://user:planted@x/?planted", "x", "",
    ])
    func `credentials go to no realm that the registry may not name`(realm: String) async throws {
        try await withScript(
            { _, _ in Reply(401, ["WWW-Authenticate": #"Bearer realm="\#(realm)""#]) },
            options: { $0.credentials = Self.right }
        ) { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) { try await connection.ping() }
            #expect(error?.reason == "auth.realm")
            #expect(error?.description.contains("planted") == false)
            #expect(server.requests.count == 1)
        }
    }
}

/// A clock that goes when it is told to.
private final class TestClock: Sendable {
    private let state = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { state.withLock { $0 } }

    func advance(by duration: Duration) { state.withLock { $0 += duration } }
}

@Suite struct ScopeTests {
    private let own = [Scope.push(repository), Scope.pull(otherRepository)]

    @Test(
        arguments: [
            ([], ["repository:team/app:pull,push", "repository:team/other:pull"]),
            (["repository:team/app:pull"], ["repository:team/app:pull,push", "repository:team/other:pull"]),
            (
                ["repository:team/app:delete,pull"],
                ["repository:team/app:pull,push,delete", "repository:team/other:pull"]
            ),
            (
                ["repository:in/app:pull,push"],
                [
                    "repository:in/app:pull,push", "repository:team/app:pull,push",
                    "repository:team/other:pull",
                ]
            ),
            (
                ["registry", "registry"],
                ["registry", "repository:team/app:pull,push", "repository:team/other:pull"]
            ),
        ] as [([String], [String])])
    func `what a registry asks for is added to what we ask for`(asked: [String], merged: [String]) {
        #expect(Scope.merged(own, with: asked) == merged)
    }
}

@Suite struct NetworkAddressTests {
    @Test(arguments: [
        "127.0.0.1", "127.255.0.9", "::1", "[::1]", "::ffff:127.0.0.1", "0.0.0.0", "0.1.2.3", "::",
        "169.254.169.254",
        "::ffff:169.254.0.1", "fe80::1", "febf::1", "fd00:ec2::254",
    ])
    func `an address of this machine or its link is known`(text: String) {
        #expect(NetworkAddress(text)?.isOfThisMachine == true)
    }

    @Test(arguments: [
        "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.253.0.1", "128.0.0.1", "1.0.0.0", "2001:db8::1",
        "fd00:ec2::253",
        "fec0::1", "::2", "[fd00::1]",
    ])
    func `other addresses, private ones among them, are not of this machine`(text: String) {
        #expect(NetworkAddress(text)?.isOfThisMachine == false)
    }

    @Test(arguments: ["localhost", "1.2.3", "01.2.3.4", "[1.2.3.4]", "::g", "", "1.2.3.4.", "[::1"])
    func `what is no address is none`(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test func `a name is looked up`() async {
        #expect(await NetworkAddress.resolving("localhost").contains { $0.isLoopback })
        #expect(await NetworkAddress.resolving("no-such-name.invalid") == [])
    }
}
