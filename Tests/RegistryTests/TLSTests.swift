import CommandRunner
import Foundation
import NIOSSL
import OCI
import Servers
import Testing

@testable import Registry

/// The usual mistakes, each against a real server.
@Suite struct TLSTests {
    private func error(
        at host: RegistryHost, _ change: @escaping (inout RegistryOptions) -> Void,
        _ body: (RegistryConnection) async throws -> Void = { try await $0.ping() },
    ) async throws -> RegistryError? {
        var found: RegistryError?
        let options: (inout RegistryOptions) -> Void = {
            $0.plainHTTP = []
            change(&$0)
        }
        try await withConnection(to: host, options: options) { (connection) async throws in
            found = await #expect(throws: RegistryError.self) { try await body(connection) }
            #expect(connection.summary.retries == 0)
        }
        return found
    }

    private func pair(in folder: URL, _ name: String = "client") throws -> ClientCertificate {
        ClientCertificate(
            name: name, chain: Array(try Data(contentsOf: folder.appending(path: name + ".pem"))),
            key: Array(try Data(contentsOf: folder.appending(path: name + ".key"))))
    }

    @Test func `a certificate that is over is told with its date and the clock's`() async throws {
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.certificate.validity = .over
            })
        let error = try await error(at: registry.host, { $0.caCertificates = registry.authority })
        #expect(error?.reason == "tls.expired")
        #expect(error?.description.contains("expired on 2020-02-01 00:00 UTC") == true)
        #expect(error?.description.contains("clock says 20") == true)
        registry.stop()
        #expect(try registry.requests() == [])
    }

    @Test func `a certificate that has not begun is told with its date`() async throws {
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.certificate.validity = .later
            })
        let error = try await error(at: registry.host, { $0.caCertificates = registry.authority })
        #expect(error?.reason == "tls.early")
        #expect(error?.description.contains("not valid before 2040-01-01 00:00 UTC") == true)
        registry.stop()
        #expect(try registry.requests() == [])
    }

    @Test func `a certificate for another name is told with the names that it is for`() async throws {
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.certificate.names = "DNS:registry.example.com,IP:192.0.2.7"
            })
        let error = try await error(at: registry.host, { $0.caCertificates = registry.authority })
        #expect(error?.reason == "tls.name")
        #expect(error?.description.contains("for another name, registry.example.com, 192.0.2.7;") == true)
        registry.stop()
        #expect(try registry.requests() == [])
    }

    @Test func `an unknown authority is told by its name, and what to give`() async throws {
        let registry = try RegistryProcess(.tls)
        let error = try await error(at: registry.host, { _ in })
        #expect(error?.reason == "tls.untrusted")
        #expect(error?.description.contains("issued by \"CN=test authority\"") == true)
        #expect(error?.description.contains("--ca-file") == true)
        registry.stop()
        #expect(try registry.requests() == [])
    }

    @Test func `another authority than the registry's own is not enough`() async throws {
        let (registry, other) = (try RegistryProcess(.tls), try RegistryProcess(.tls))
        let error = try await error(at: registry.host, { $0.caCertificates = other.authority })
        #expect(error?.reason == "tls.untrusted")
    }

    @Test func `an authority for one host is not believed for another`() async throws {
        let (registry, other) = (try RegistryProcess(.tls), try RegistryProcess(.tls))
        let authorities = HostCertificates(authorities: [("other", registry.authority)])
        let error = try await error(at: registry.host, { $0.certificates = [other.host: authorities] })
        #expect(error?.reason == "tls.untrusted")
        try await withConnection(
            to: registry.host,
            options: {
                $0.plainHTTP = []
                $0.certificates = [registry.host: authorities]
            }
        ) { try await $0.ping() }
    }

    @Test func `TLS to a plain port, and plain http to a TLS port, say which option to change`() async throws
    {
        let (plain, secure) = (try RegistryProcess(), try RegistryProcess(.tls))
        let spoken = try await error(at: plain.host, { _ in })
        #expect(spoken?.reason == "tls.plainport")
        #expect(spoken?.description.contains("--plain-http \(plain.host)") == true)
        let unspoken = try await error(at: secure.host, { $0.plainHTTP = [secure.host] })
        #expect(unspoken?.reason == "http.tlsport")
        #expect(unspoken?.description.contains("leave out --plain-http") == true)
        for registry in [plain, secure] {
            registry.stop()
            #expect(try registry.requests() == [])
        }
    }

    @Test func `nginx on a TLS port says the same to plain http`() async throws {
        let nginx = try NginxProcess(before: try RegistryProcess())
        let error = try await error(at: nginx.host, { $0.plainHTTP = [nginx.host] })
        #expect(error?.reason == "http.tlsport")
    }

    @Test func `a TLS server that answers plain http with an alert is recognised`() async throws {
        // A fatal alert, unexpected_message (RFC 8446, "Alert Protocol").
        let server = try ScriptedServer { _, _ in ScriptedServer.Reply(raw: [0x15, 3, 3, 0, 2, 2, 10]) }
        let host = try RegistryHost("127.0.0.1:\(server.port)")
        #expect(try await error(at: host, { $0.plainHTTP = [host] })?.reason == "http.tlsport")
    }

    @Test(arguments: [false, true])
    func `a registry that wants a client certificate says so, or takes it`(isNginx: Bool) async throws {
        let plain = try RegistryProcess()
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.wantsClientCertificate = true
            })
        let nginx = try NginxProcess(before: plain, .with { $0.wantsClientCertificate = true })
        let (host, authority, folder) =
            isNginx
            ? (nginx.host, nginx.authority, nginx.clientFolder)
            : (registry.host, registry.authority, registry.clientFolder)
        let without = try await error(at: host, { $0.caCertificates = authority })
        #expect(without?.reason == "tls.client")
        #expect(without?.description.contains("wants a client certificate; give --client-cert") == true)
        let client = try pair(in: folder)
        try await withConnection(
            to: host,
            options: {
                $0.plainHTTP = []
                $0.caCertificates = authority
                $0.certificates = [host: HostCertificates(client: client)]
            }
        ) { (connection) async throws in
            try await connection.ping()
            #expect(try await connection.push(repository, content(300_000)) == .uploaded)
            #expect(try await connection.pull(repository, content(300_000)) == content(300_000))
        }
    }

    @Test func `a client certificate of another authority is not taken, and the message says so`()
        async throws
    {
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.wantsClientCertificate = true
            })
        let folder = try TemporaryFolder.make("stranger")
        try CertificateAuthority(in: folder).issue("client", names: "email:eve@example.com")
        let stranger = try pair(in: folder)
        let error = try await error(
            at: registry.host,
            {
                $0.caCertificates = registry.authority
                $0.certificates = [registry.host: HostCertificates(client: stranger)]
            })
        #expect(error?.reason == "tls.client")
        #expect(error?.description.contains("does not take the client certificate") == true)
    }

    @Test func `a client certificate is shown to its own host and to no other`() throws {
        let folder = try TemporaryFolder.make("client")
        try CertificateAuthority(in: folder).issue("client", names: "email:mira@example.com")
        var options = RegistryOptions()
        let host = try RegistryHost("registry.example.com")
        let pem = Array(try Data(contentsOf: folder.appending(path: "authority.pem")))
        options.certificates = [
            host: HostCertificates(authorities: [("a", pem)], client: try pair(in: folder))
        ]
        let settings = try TLSSettings(options)
        let own = settings.special(for: Origin(scheme: .https, host: "registry.example.com"), of: host)
        #expect(own?.certificateChain.count == 1)
        #expect(own?.privateKey != nil)
        for other in ["auth.example.com", "storage.example.net"] {
            let origin = Origin(scheme: .https, host: other)
            // The registry's authorities count there, its client does not.
            #expect(settings.special(for: origin, of: host)?.certificateChain == [])
            #expect(settings.special(for: origin, of: host)?.privateKey == nil)
            #expect(settings.special(for: origin, of: nil) == nil)
        }
        let port = Origin(scheme: .https, host: "registry.example.com", port: 8443)
        #expect(settings.special(for: port, of: host)?.privateKey == nil)
        #expect(settings.special(for: Origin(scheme: .http, host: "registry.example.com"), of: host) == nil)
        #expect(own?.minimumTLSVersion == .tlsv12)
        #expect(settings.general.minimumTLSVersion == .tlsv12)
    }

    @Test func `a storage host that a registry redirects to is shown no client certificate`() async throws {
        let storage = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.wantsClientCertificate = true
            })
        let client = try pair(in: storage.clientFolder)
        let registry = try ScriptedServer { request, _ in
            ScriptedServer.Reply(307, ["Location": "https://127.0.0.1:\(storage.port)\(request.target)"])
        }
        let host = try RegistryHost("127.0.0.1:\(registry.port)")
        let bytes = content(100)
        try await withConnection(
            to: host,
            options: {
                $0.caCertificates = storage.authority
                $0.followsRedirects = true
                $0.certificates = [host: HostCertificates(client: client)]
            }
        ) { (connection) async throws in
            #expect(await reason { try await connection.pull(repository, bytes) } == "tls.client")
        }
        storage.stop()
        #expect(try storage.requests() == [])
    }

    @Test(arguments: ["half", "encrypted", "foreign"])
    func `a client certificate that cannot be used is refused before anything is sent`(kind: String) throws {
        let folder = try TemporaryFolder.make("client")
        let authority = try CertificateAuthority(in: folder)
        try authority.issue("client", names: "email:mira@example.com")
        try authority.issue("other", names: "email:eve@example.com")
        let chain = Array(try Data(contentsOf: folder.appending(path: "client.pem")))
        let key: [UInt8] =
            switch kind {
            case "half": Array("nothing".utf8)
            case "encrypted":
                Array(
                    "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n".utf8)
            default: Array(try Data(contentsOf: folder.appending(path: "other.key")))
            }
        var options = RegistryOptions()
        let client = ClientCertificate(name: "client.pem", chain: chain, key: key)
        options.certificates = [try RegistryHost("a.example"): HostCertificates(client: client)]
        let error = #expect(throws: RegistryError.self) { _ = try TLSSettings(options) }
        #expect(error?.reason == "tls.pair")
        let words = [
            "half": "not a PEM key", "encrypted": "is encrypted", "foreign": "not that of the certificate",
        ]
        #expect(error?.description.contains(words[kind] ?? "?") == true)
        var dumped = "\(client) \(String(reflecting: client))"
        dump(client, to: &dumped)
        #expect(!dumped.contains("PRIVATE"))
    }

    @Test func `a proxy that forgets the scheme is found out by the registry's Location`() async throws {
        let registry = try RegistryProcess()
        let nginx = try NginxProcess(before: registry, .with { $0.tellsScheme = false })
        let error = try await error(
            at: nginx.host, { $0.caCertificates = nginx.authority },
            { _ = try await $0.push(repository, content(1000)) })
        #expect(error?.reason == "push.downgrade")
        #expect(error?.description.contains("must set X-Forwarded-Proto") == true)
        registry.stop()
        #expect(try registry.requests().filter(\.isWrite).map(\.method) == ["POST"])
    }

    @Test func `a proxy that tells the scheme is no hindrance`() async throws {
        let nginx = try NginxProcess(before: try RegistryProcess())
        try await withConnection(
            to: nginx.host,
            options: {
                $0.plainHTTP = []
                $0.caCertificates = nginx.authority
            }
        ) { (connection) async throws in
            #expect(try await connection.push(repository, content(300_000)) == .uploaded)
            #expect(try await connection.pull(repository, content(300_000)) == content(300_000))
        }
    }

    @Test func `a proxy that forgets the scheme does no harm to a registry with relative URLs`() async throws
    {
        let registry = try RegistryProcess(.with { $0.usesRelativeURLs = true })
        let nginx = try NginxProcess(before: registry, .with { $0.tellsScheme = false })
        try await withConnection(
            to: nginx.host,
            options: {
                $0.plainHTTP = []
                $0.caCertificates = nginx.authority
            }
        ) { (connection) async throws in
            #expect(try await connection.push(repository, content(1000)) == .uploaded)
        }
    }

    @Test func `a redirect from https to plain http reaches nobody`() async throws {
        let storage = try ScriptedServer { _, _ in ScriptedServer.Reply(200) }
        let registry = try ScriptedServer { [port = storage.port] _, _ in
            ScriptedServer.Reply(307, ["Location": "http://127.0.0.1:\(port)/blob?signature=planted"])
        }
        let nginx = try NginxProcess(before: registry)
        let bytes = content(100)
        let error = try await error(
            at: nginx.host,
            {
                $0.caCertificates = nginx.authority
                $0.followsRedirects = true
                // Not even where the user says that this host speaks plain http.
                $0.plainHTTP = (try? [RegistryHost("127.0.0.1:\(storage.port)")]) ?? []
            }, { _ = try await $0.pull(repository, bytes) })
        #expect(error?.reason == "redirect.downgrade")
        #expect(error?.description.contains("planted") == false)
        #expect(storage.requests == [])
    }

    @Test(arguments: [false, true])
    func `a token service in plain http gets nothing from a registry of https`(isNamed: Bool) async throws {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.tokenRealm = (service.realm, service.certificate)
            })
        let companion = try RegistryHost("127.0.0.1:\(service.port)")
        let error = try await error(
            at: registry.host,
            {
                $0.caCertificates = registry.authority
                $0.credentials = CredentialStore(
                    explicit: Credential(user: RegistryProcess.user, password: RegistryProcess.password))
                if isNamed { $0.companionHosts = [companion] }
            })
        #expect(error?.reason == "auth.realm")
        #expect(try service.requests() == [])
    }

    @Test func `TLS older than 1 dot 2 is not spoken`() async throws {
        let folder = try TemporaryFolder.make("old")
        try CertificateAuthority(in: folder).issue("server", names: "IP:127.0.0.1")
        let port = try freePort()
        let server = try ChildProcess(
            "/usr/bin/openssl",
            [
                "s_server", "-accept", "127.0.0.1:\(port)", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-www",
                "-cert",
                folder.appending(path: "server.pem").path, "-key", folder.appending(path: "server.key").path,
            ], output: "/dev/null", errors: "/dev/null")
        defer { server.stop() }
        #expect(waitForListener(port: port, while: { server.isRunning }))
        let authority = Array(try Data(contentsOf: folder.appending(path: "authority.pem")))
        let host = try RegistryHost("127.0.0.1:\(port)")
        #expect(try await error(at: host, { $0.caCertificates = authority })?.reason == "tls.handshake")
    }
}
