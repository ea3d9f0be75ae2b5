import CommandRunner
import Foundation
import Servers
import Testing

/// `cgbundle auth check`: what it says, and that it leaves nothing.
@Suite struct AuthCheckTests {
    private let folder: WorkFolder

    init() throws { folder = try WorkFolder() }

    private static let pair = "\(RegistryProcess.user):\(RegistryProcess.password)"
    private static let encoded = Data(pair.utf8).base64EncodedString()

    /// Nobody's home but the test's own.
    private func environment(_ more: [String: String] = [:]) -> [String: String] {
        [
            "HOME": folder.path, "DOCKER_CONFIG": "", "XDG_RUNTIME_DIR": folder.path + "/run",
            "XDG_CONFIG_HOME": "",
            "REGISTRY_AUTH_FILE": "",
        ].merging(more) { $1 }
    }

    private func check(
        _ place: String, _ options: String..., environment more: [String: String] = [:], input: String = "",
    ) throws -> (result: ProgramResult, report: [String: Any]) {
        let host = String(place.prefix { $0 != "/" })
        let result = try RunningProgram.cgbundle(
            ["auth", "check", place, "--plain-http", host, "--format", "json"] + options,
            environment: environment(more), input: input)
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        for secret in [RegistryProcess.password, Self.encoded, TokenServerProcess.identityToken] {
            #expect(!(result.output + result.errors).contains(secret))
        }
        return (result, try (document as? [String: Any]).orThrow("\(result.output) is no object"))
    }

    /// What is left of uploads. Debian's registry forgets the state of a hash in the folder of a cancelled one.
    private func uploads(in registry: RegistryProcess) throws -> [String] {
        try registry.storedFiles().filter { !$0.contains("/hashstates/") }
    }

    private func works(_ report: [String: Any], _ trial: String) -> Bool? {
        (report[trial] as? [String: Any])?["works"] as? Bool
    }

    private func credential(_ report: [String: Any], _ member: String) -> String? {
        (report["credential"] as? [String: Any])?[member] as? String
    }

    @discardableResult
    private func write(_ path: String, _ text: String, mode: Int = 0o600) throws -> String {
        let file = folder.path + "/" + path
        try FileManager.default.createDirectory(
            atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }

    private func entry(_ host: Any, _ pair: String = AuthCheckTests.pair) -> String {
        #"{"auths":{"\#(host)":{"auth":"\#(Data(pair.utf8).base64EncodedString())"}}}"#
    }

    @Test func `pulling and pushing work with the right password, and nothing stays`() throws {
        let registry = try RegistryProcess(.basic)
        let (result, report) = try check(
            "\(registry.host)/team/app", "--username", RegistryProcess.user, "--password-stdin",
            input: RegistryProcess.password)
        #expect(result.status == 0, "\(result.errors)")
        #expect(works(report, "login") == true)
        #expect(works(report, "pull") == true)
        #expect(works(report, "push") == true)
        #expect(credential(report, "kind") == "user mira with a password")
        #expect((report["authentication"] as? [String: Any])?["scheme"] as? String == "basic")
        let catalog = try LoopbackHTTP.send(
            "GET", "/v2/_catalog", headers: ["Authorization": "Basic " + Self.encoded], to: registry.port)
        #expect(String(decoding: catalog.body, as: UTF8.self) == #"{"repositories":[]}"# + "\n")
        #expect(try uploads(in: registry) == [])
        registry.stop()
        #expect(try registry.requests().filter(\.isWrite).map(\.method) == ["POST", "DELETE"])
    }

    @Test func `asked only about pulling it writes nothing`() throws {
        let registry = try RegistryProcess(.anonymous)
        let (result, report) = try check("\(registry.host)/team/app", "--pull-only")
        #expect(result.status == 0, "\(result.errors)")
        #expect(report["push"] == nil)
        registry.stop()
        #expect(try registry.requests().filter(\.isWrite) == [])
    }

    @Test func `a wrong password is told and ends with 7`() throws {
        let registry = try RegistryProcess(.basic)
        let (result, report) = try check(
            "\(registry.host)/team/app", "--username", RegistryProcess.user, "--password-stdin",
            input: "wrong horse")
        #expect(result.status == 7)
        #expect(report["reason"] as? String == "auth.denied")
        #expect(works(report, "login") == false)
        #expect(!(result.output + result.errors).contains("wrong horse"))
    }

    @Test func `the credential of the longest path signs in too`() throws {
        let registry = try RegistryProcess(.basic)
        let stale = Data("mira:stale".utf8).base64EncodedString()
        let file = try write(
            "auth.json",
            #"{"auths":{"\#(registry.host)/team":{"auth":"\#(Self.encoded)"},"\#(registry.host)":{"auth":"\#(stale)"}}}"#
        )
        let (result, report) = try check("\(registry.host)/team/app", "--authfile", file)
        #expect(result.status == 0, "\(result.output)")
        #expect(works(report, "login") == true)
        #expect(works(report, "push") == true)
        #expect(try check("\(registry.host)", "--authfile", file).result.status == 7)
        let wrong = try write("wrong.json", entry("\(registry.host)/team", "mira:stale"))
        let refused = try check("\(registry.host)/team/app", "--authfile", wrong).report
        #expect(works(refused, "login") == false)
        // Whose password it was, and in which of the files it stands.
        let told = try #require(refused["message"] as? String)
        #expect(
            told.contains(
                "denied to user mira with a password, from \(wrong), entry \"\(registry.host)/team\""))
    }

    @Test func `a password that is not there is a mistake in the command`() throws {
        let result = try RunningProgram.cgbundle(
            ["auth", "check", "registry.example.com", "--username", "mira", "--password-stdin"],
            environment: environment(), input: "\n")
        #expect(result.status == 64)
        #expect(result.errors.contains("[auth.password]"))
    }

    @Test func `a read-only registry lets pull and not push`() throws {
        let registry = try RegistryProcess(.with { $0.isReadOnly = true })
        let (result, report) = try check("\(registry.host)/team/app")
        #expect(result.status == 8)
        #expect(works(report, "pull") == true)
        #expect(works(report, "push") == false)
        #expect(report["reason"] as? String == "push.readonly")
    }

    @Test func `without a password a registry that wants one lets nothing`() throws {
        let registry = try RegistryProcess(.basic)
        let (result, report) = try check("\(registry.host)/team/app")
        #expect(result.status == 7)
        #expect(report["credential"] is NSNull)
        #expect(works(report, "login") == false)
        #expect((report["authentication"] as? [String: Any])?["scheme"] as? String == "basic")
        #expect(try check("\(registry.host)").result.status == 7)
    }

    @Test func `a token service lets its user pull and push, and what was begun is cancelled`() throws {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        let file = try write("auth.json", entry(registry.host))
        let (result, report) = try check(
            "\(registry.host)/team/app", "--companion-host", "127.0.0.1:\(service.port)", "--authfile", file)
        #expect(result.status == 0, "\(result.errors)")
        #expect(works(report, "push") == true)
        let told = (report["push"] as? [String: Any])?["told"] as? String
        #expect(told == "works; an upload was begun and cancelled")
        #expect((report["authentication"] as? [String: Any])?["tokenService"] as? String == service.realm)
        #expect(try uploads(in: registry) == [])
    }

    @Test(arguments: [
        (TokenServerProcess.Mode.pullOnly, true), (.expired, false), (.wrongRepository, false),
    ])
    func `tokens that are pull-only, expired or for another repository do not push`(
        mode: TokenServerProcess.Mode, pulls: Bool
    ) throws {
        let service = try TokenServerProcess(mode)
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        let file = try write("auth.json", entry(registry.host))
        let (result, report) = try check(
            "\(registry.host)/team/app", "--companion-host", "127.0.0.1:\(service.port)", "--authfile", file)
        #expect(result.status == 7, "\(result.output)")
        #expect(report["reason"] as? String == "auth.denied")
        if mode != .expired {
            #expect(works(report, "pull") == pulls)
            #expect(works(report, "push") == false)
        } else {
            #expect(works(report, "login") == false)
        }
        #expect(try uploads(in: registry) == [])
    }

    @Test func `an identity token is traded for tokens`() throws {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        let file = try write(
            "auth.json",
            #"{"auths":{"\#(registry.host)":{"identitytoken":"\#(TokenServerProcess.identityToken)"}}}"#)
        let (result, report) = try check(
            "\(registry.host)/team/app", "--companion-host", "127.0.0.1:\(service.port)", "--authfile", file)
        #expect(result.status == 0, "\(result.output)")
        #expect(credential(report, "kind") == "an identity token")
        #expect(try service.requests().contains("POST mira repository:team/app:pull,push"))
    }

    @Test func `a token service's own words explain why it gives no token`() throws {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        let file = try write("auth.json", #"{"auths":{"\#(registry.host)":{"identitytoken":"another"}}}"#)
        let (result, _) = try check(
            "\(registry.host)", "--companion-host", "127.0.0.1:\(service.port)", "--authfile", file)
        #expect(result.status == 7)
        #expect(result.output.contains("answered 400 invalid_grant \\\"the token is not known\\\""))
    }

    /// Every place that is looked at, in the documented order, each with a user of its own.
    @Test func `the places are looked at in the documented order`() throws {
        let registry = try RegistryProcess(.basic)
        let places: [(name: String, path: String, entry: String)] = [
            ("authfile", "given.json", "\(registry.host)"),
            ("REGISTRY_AUTH_FILE", "variable.json", "\(registry.host)"),
            ("DOCKER_CONFIG", "docker/config.json", "https://\(registry.host)/v1/"),
            ("docker", ".docker/config.json", "\(registry.host)/team"),
            ("podman, runtime", "run/containers/auth.json", "\(registry.host)/team/app"),
            ("podman, configuration", ".config/containers/auth.json", "\(registry.host)"),
        ]
        for place in places { try write(place.path, entry(place.entry, "\(place.name):x")) }
        for (index, place) in places.enumerated() {
            let options = index == 0 ? ["--authfile", folder.path + "/given.json"] : []
            var environment = ["DOCKER_CONFIG": folder.path + "/docker"]
            if index <= 1 { environment["REGISTRY_AUTH_FILE"] = folder.path + "/variable.json" }
            let host = "\(registry.host)"
            let result = try RunningProgram.cgbundle(
                ["auth", "check", host + "/team/app", "--plain-http", host, "--format", "json"] + options,
                environment: self.environment(environment))
            let report = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
            #expect(credential(report ?? [:], "kind") == "user \(place.name) with a password")
            #expect(credential(report ?? [:], "file") == folder.path + "/" + place.path)
            #expect(credential(report ?? [:], "entry") == place.entry)
            // The one that was found goes, and the next is looked at; the first two forbid all others.
            if index >= 2 { try FileManager.default.removeItem(atPath: folder.path + "/" + place.path) }
        }
        let given = try check(
            "\(registry.host)/team/app", "--username", "first", "--password-stdin", "--authfile",
            folder.path + "/given.json", input: "x")
        #expect(credential(given.report, "kind") == "user first with a password")
        let none = try check("\(registry.host)")
        #expect(none.report["credential"] is NSNull)
    }

    @Test func `a named file that says nothing of the registry forbids the others`() throws {
        let registry = try RegistryProcess(.basic)
        try write(".docker/config.json", entry(registry.host))
        let file = try write("auth.json", "{}")
        let (_, report) = try check("\(registry.host)", "--authfile", file)
        #expect(report["credential"] is NSNull)
        #expect(report["searched"] as? [String] == [file])
    }

    private static let helper = """
        #!/bin/sh
        echo '{"ServerURL":"","Username":"\(RegistryProcess.user)","Secret":"\(RegistryProcess.password)"}'
        """

    @Test func `a credential helper lets in, and the report names it`() throws {
        let registry = try RegistryProcess(.basic)
        try ProgramFile.write(Self.helper, to: folder.path + "/bin/docker-credential-fake")
        let file = try write(".docker/config.json", #"{"credHelpers":{"\#(registry.host)":"fake"}}"#)
        let (result, report) = try check(
            "\(registry.host)/team/app", environment: ["PATH": folder.path + "/bin:/usr/bin:/bin"])
        #expect(result.status == 0, "\(result.output)")
        #expect(credential(report, "helper") == "fake")
        #expect(credential(report, "file") == file)
    }

    @Test(arguments: [0o620, 0o602, 0o666])
    func `a file that others may write runs no helper, and may still hold an entry`(mode: Int) throws {
        let registry = try RegistryProcess(.basic)
        try ProgramFile.write(Self.helper, to: folder.path + "/bin/docker-credential-fake")
        try write(".docker/config.json", #"{"credsStore":"fake"}"#, mode: mode)
        let path = ["PATH": folder.path + "/bin:/usr/bin:/bin"]
        let (result, report) = try check("\(registry.host)/team/app", environment: path)
        #expect(result.status == 7)
        #expect(report["reason"] as? String == "auth.helper")
        #expect(result.output.contains("chmod go-w"))
        try write(".docker/config.json", entry(registry.host), mode: mode)
        #expect(try check("\(registry.host)/team/app", environment: path).result.status == 0)
    }

    @Test func `people are told the same`() throws {
        let registry = try RegistryProcess(.basic)
        let file = try write("auth.json", entry(registry.host))
        let host = "\(registry.host)"
        let told = try RunningProgram.cgbundle(
            ["auth", "check", host + "/team/app", "--plain-http", host, "--authfile", file],
            environment: environment())
        #expect(
            told.output == """
                \(host)/team/app
                  credential  user mira with a password, from \(file), entry "\(host)"
                  asks for    a user name and a password (Basic)
                  login       accepted
                  pull        allowed; nothing is tagged latest
                  push        works; an upload was begun and cancelled

                """)
    }

    @Test func `the importer has the same command`() throws {
        let registry = try RegistryProcess(.anonymous)
        let host = "\(registry.host)"
        let told = try RunningProgram(
            CommandRunner.products + "/cgbundle-importer",
            ["auth", "check", host + "/team/app", "--plain-http", host], environment: environment()
        ).waitUntilExit()
        #expect(told.status == 0)
        #expect(told.output.contains("push        works"))
    }
}
