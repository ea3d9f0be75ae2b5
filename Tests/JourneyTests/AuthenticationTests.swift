import CommandRunner
import Foundation
import Servers
import Testing

/// Registries that ask who is there.
@Suite struct AuthenticationTests {
    private let folder: WorkFolder
    private let sample: Sample
    /// No credentials but those that a test gives.
    private let environment: [String: String]

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
        environment = [
            "HOME": folder.path, "DOCKER_CONFIG": folder.path, "XDG_RUNTIME_DIR": folder.path,
            "XDG_CONFIG_HOME": folder.path, "REGISTRY_AUTH_FILE": "",
        ]
    }

    private func importing(into registry: RegistryProcess, isPlain: Bool = true) -> [String] {
        let host = "\(registry.host)"
        return sample.importing() + ["--registry", host + "/cloudgrid", "--record", folder.path + "/record"]
            + (isPlain ? ["--plain-http", host] : [])
    }

    /// Whether the program said the password anywhere, or wrote it down.
    private func tells(_ secret: String, _ result: ProgramResult) throws -> Bool {
        let record = try RunningProgram.run("grep", "-r", "-F", "-l", "-e", secret, folder.path + "/record")
        return result.output.contains(secret) || result.errors.contains(secret) || !record.output.isEmpty
    }

    private var encoded: String {
        Data("\(RegistryProcess.user):\(RegistryProcess.password)".utf8).base64EncodedString()
    }

    @Test func `a user name and a password from standard input let an import in`() throws {
        let registry = try RegistryProcess(.basic)
        let imported = try RunningProgram.cgbundle(
            importing(into: registry) + ["--username", RegistryProcess.user, "--password-stdin"],
            environment: environment, input: RegistryProcess.password + "\n")
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(try !tells(RegistryProcess.password, imported))
        #expect(try !tells(encoded, imported))
    }

    @Test func `a credentials file lets an import in`() throws {
        let registry = try RegistryProcess(.basic)
        let file = folder.path + "/auth.json"
        try Data(#"{"auths":{"\#(registry.host)":{"auth":"\#(encoded)"}}}"#.utf8).write(
            to: URL(filePath: file))
        let imported = try RunningProgram.cgbundle(
            importing(into: registry) + ["--authfile", file], environment: environment)
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(try !tells(encoded, imported))
        #expect(try !tells(RegistryProcess.password, imported))
    }

    @Test func `a wrong password is refused and nothing is written`() throws {
        let registry = try RegistryProcess(.basic)
        let refused = try RunningProgram.cgbundle(
            importing(into: registry) + [
                "--username", RegistryProcess.user, "--password-stdin", "--format", "json",
            ],
            environment: environment, input: "wrong horse\n")
        #expect(refused.status == 7)
        #expect(try Refused(refused).reason == "auth.denied")
        #expect(try !tells("wrong horse", refused))
        registry.stop()
        let log = try registry.requests()
        #expect(log.count > 0)
        #expect(log.filter(\.isWrite) == [])
    }

    @Test func `no password is refused and nothing is written`() throws {
        let registry = try RegistryProcess(.basic)
        let refused = try RunningProgram.cgbundle(importing(into: registry), environment: environment)
        #expect(refused.status == 7)
        registry.stop()
        #expect(try registry.requests().filter(\.isWrite) == [])
    }

    @Test func `a private authority is believed where it is named`() throws {
        let registry = try RegistryProcess(.tls)
        let file = folder.path + "/authority.pem"
        try Data(registry.authority).write(to: URL(filePath: file))
        let imported = try RunningProgram.cgbundle(
            importing(into: registry, isPlain: false) + ["--ca-file", file], environment: environment)
        #expect(imported.status == 0, "\(imported.errors)")
    }

    @Test func `an authority that nobody named is refused`() throws {
        let registry = try RegistryProcess(.tls)
        let refused = try RunningProgram.cgbundle(
            importing(into: registry, isPlain: false) + ["--format", "json"], environment: environment)
        #expect(refused.status == 8)
        #expect(try Refused(refused).reason == "tls.untrusted")
        registry.stop()
        #expect(try registry.requests() == [])
    }

    @Test func `a registry with a token service lets an import in`() throws {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        let host = "127.0.0.1:\(service.port)"
        let imported = try RunningProgram.cgbundle(
            importing(into: registry) + [
                "--companion-host", host, "--username", RegistryProcess.user, "--password-stdin",
            ], environment: environment, input: RegistryProcess.password)
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(try !tells(RegistryProcess.password, imported))
        #expect(try !tells(encoded, imported))
        #expect(try service.requests().contains { $0.contains("cloudgrid/cloudgrid-bff:pull,push") })
    }

    @Test func `a token service that nobody named is given no password`() throws {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        let refused = try RunningProgram.cgbundle(
            importing(into: registry) + [
                "--username", RegistryProcess.user, "--password-stdin", "--format", "json",
            ],
            environment: environment, input: RegistryProcess.password)
        #expect(refused.status == 7)
        #expect(try Refused(refused).reason == "auth.realm")
        #expect(throws: (any Error).self) { try service.requests().first.orThrow("no request") }
    }

    @Test func `a denial in one of many repositories is found before anything is written`() throws {
        let registry = try RegistryProcess()
        let proxy = try RegistryProxy(to: registry)
        proxy.alter { request, _ in
            guard request.path.contains("/cloudgrid-bff/") else { return nil }
            return ScriptedServer.Reply(
                403, [:], Array(#"{"errors":[{"code":"DENIED","message":"not yours"}]}"#.utf8))
        }
        let refused = try RunningProgram.cgbundle(
            sample.importing() + [
                "--registry", proxy.host + "/cloudgrid", "--plain-http", proxy.host, "--no-record",
                "--format", "json",
            ], environment: environment)
        #expect(refused.status == 7)
        #expect(try Refused(refused).reason == "auth.denied")
        #expect(refused.output.contains("cloudgrid-bff"))
        #expect(proxy.answered.contains { $0.request.path.contains("/cloudgrid-bff/") })
        #expect(proxy.writes == [])
    }
}
