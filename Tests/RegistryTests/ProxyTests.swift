import Foundation
import OCI
import Servers
import Testing

@testable import Registry

@Suite struct ProxySettingsTests {
    private func proxied(_ address: String, _ variables: [String: String]) throws -> Bool {
        let settings = try ProxySettings(environment: variables)
        return settings.proxy(for: try #require(RequestURL(address)).origin) != nil
    }

    @Test(arguments: [
        ("https://registry.example.com", ["HTTPS_PROXY": "proxy:3128"], true),
        ("https://registry.example.com", ["https_proxy": "proxy:3128"], true),
        ("https://registry.example.com", ["HTTP_PROXY": "proxy:3128"], false),
        ("http://registry.example.com", ["HTTP_PROXY": "proxy:3128"], true),
        ("http://registry.example.com", ["HTTP_PROXY": "proxy:3128", "REQUEST_METHOD": "GET"], false),
        ("http://registry.example.com", ["http_proxy": "proxy:3128", "REQUEST_METHOD": "GET"], true),
        ("http://registry.example.com", ["HTTPS_PROXY": "proxy:3128"], false),
        ("https://registry.example.com", ["HTTPS_PROXY": ""], false),
        ("https://registry.example.com", [:], false),
        ("https://localhost:5000", ["HTTPS_PROXY": "proxy:3128"], false),
        ("https://127.0.0.1:5000", ["HTTPS_PROXY": "proxy:3128"], false),
        ("https://127.9.9.9", ["HTTPS_PROXY": "proxy:3128"], false),
        ("https://[::1]:5000", ["HTTPS_PROXY": "proxy:3128"], false),
        ("https://[::ffff:127.0.0.1]", ["HTTPS_PROXY": "proxy:3128"], false),
    ])
    func `the variable for a scheme counts, and this machine is spared`(
        address: String, variables: [String: String], isProxied: Bool
    ) throws {
        #expect(try proxied(address, variables) == isProxied)
    }

    @Test(arguments: [
        ("*", "https://registry.example.com", false),
        ("registry.example.com", "https://registry.example.com", false),
        ("REGISTRY.example.COM", "https://registry.example.com", false),
        ("example.com", "https://registry.example.com", false),
        (".example.com", "https://registry.example.com", false),
        (".example.com", "https://example.com", true),
        ("*.example.com", "https://registry.example.com", false),
        ("*.example.com", "https://example.com", true),
        (".example.com:5000", "https://registry.example.com:5000", false),
        (".example.com:5000", "https://registry.example.com", true),
        ("ample.com", "https://registry.example.com", true),
        ("registry.example.com:5000", "https://registry.example.com:5000", false),
        ("registry.example.com:5000", "https://registry.example.com", true),
        ("a, b ,registry.example.com", "https://registry.example.com", false),
        ("10.0.0.0/8", "https://10.1.2.3", false),
        ("10.0.0.0/8", "https://11.1.2.3", true),
        ("10.1.2.0/23", "https://10.1.3.9:5000", false),
        ("10.1.2.0/23", "https://10.1.4.1", true),
        ("10.1.2.3", "https://10.1.2.3", false),
        ("10.1.2.3:5000", "https://10.1.2.3", true),
        ("1.2.3", "https://10.1.2.3", true),
        ("fd00::/8", "https://[fd12::1]", false),
        ("[fd12::1]:5000", "https://[fd12::1]:5000", false),
        ("fd12::1", "https://[fd12::1]", false),
        ("10.0.0.0/x", "https://10.1.2.3", true),
        ("", "https://registry.example.com", true),
    ])
    func `NO_PROXY names hosts, domains, ports, addresses and networks`(
        list: String, address: String, isProxied: Bool
    ) throws {
        #expect(try proxied(address, ["HTTPS_PROXY": "proxy:3128", "NO_PROXY": list]) == isProxied)
        let named = try ProxySettings(everythingThrough: "proxy:3128", but: list)
        #expect((named.proxy(for: try #require(RequestURL(address)).origin) != nil) == isProxied)
    }

    @Test func `a proxy that was named is used for this machine too`() throws {
        let settings = try ProxySettings(everythingThrough: "http://proxy.example.com")
        let proxy = settings.proxy(for: Origin(scheme: .http, host: "127.0.0.1", port: 5000))
        #expect(proxy?.name == "proxy.example.com:80")
    }

    @Test func `user and password are decoded and shown nowhere`() throws {
        let proxy = try Proxy("http://mira:planted%40word@[fd00::1]:3128/", from: "HTTPS_PROXY")
        #expect(proxy.credential == Credential(user: "mira", password: "planted@word"))
        #expect(proxy.name == "[fd00::1]:3128")
        var shown = "\(proxy) \(String(reflecting: proxy))"
        dump(proxy, to: &shown)
        #expect(!shown.contains("planted"))
    }

    @Test(arguments: [
        "https://planted@proxy", "socks5://planted:x@proxy", "http://", "http://planted:%zz@proxy", "pro xy",
        "http://planted@", "http://planted@proxy:99999",
    ])
    func `an address that is none is refused and not repeated`(address: String) {
        let error = #expect(throws: ProxyError.self) { _ = try Proxy(address, from: "HTTPS_PROXY") }
        #expect(error?.description.hasPrefix("HTTPS_PROXY: ") == true)
        #expect(error?.description.contains("planted") == false)
    }

    @Test func `a proxy that wants TLS is told as that, and not taken for one that does not`() {
        let error = #expect(throws: ProxyError.self) {
            _ = try ProxySettings(environment: ["https_proxy": "https://proxy:3128"])
        }
        #expect(error?.reason == "proxy.syntax")
        #expect(error?.description.contains("https_proxy: expected a proxy of plain http") == true)
        #expect(error?.description.contains("spoken to in TLS (https://)") == true)
    }
}

/// Through a real proxy, to real registries that only the proxy knows the way to.
@Suite struct ProxyTests {
    private func through(_ proxy: ConnectProxy, user: String = "") throws -> ProxySettings {
        try ProxySettings(environment: [
            "HTTPS_PROXY": "http://\(user)\(proxy.address)", "HTTP_PROXY": "http://\(user)\(proxy.address)",
        ])
    }

    @Test func `a registry behind a proxy is reached through it alone`() async throws {
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.usesBasic = true
                $0.certificate.names = "DNS:registry.example.com"
            })
        let proxy = try ConnectProxy(
            leading: ["registry.example.com": registry.port], credential: "mira:way in")
        let options: (inout RegistryOptions) throws -> Void = {
            $0.plainHTTP = []
            $0.caCertificates = registry.authority
            $0.credentials = CredentialStore(
                explicit: Credential(user: RegistryProcess.user, password: RegistryProcess.password))
            $0.proxies = try through(proxy, user: "mira:way%20in@")
        }
        try await connected(to: "registry.example.com", options) { (connection) async throws in
            #expect(try await connection.push(repository, content(400_000)) == .uploaded)
            #expect(try await connection.pull(repository, content(400_000)) == content(400_000))
        }
        #expect(!proxy.requests.isEmpty)
        #expect(proxy.requests.allSatisfy { $0.target == "registry.example.com:443" })
        // The proxy sees where a way leads and its own password, and nothing of what goes along it.
        let sent = Data("\(RegistryProcess.user):\(RegistryProcess.password)".utf8).base64EncodedString()
        #expect(proxy.requests.allSatisfy { !$0.head.contains(sent) && !$0.head.contains("/v2/") })
    }

    @Test func `the proxy's password does not reach the registry`() async throws {
        let registry = try ScriptedServer { _, _ in ScriptedServer.Reply(200) }
        let proxy = try ConnectProxy(
            leading: ["registry.example.com": registry.port], credential: "mira:way in")
        let settings = try through(proxy, user: "mira:way%20in@")
        try await connected(
            to: "registry.example.com",
            {
                $0.plainHTTP = [try RegistryHost("registry.example.com")]
                $0.proxies = settings
            }
        ) { try await $0.ping() }
        #expect(registry.requests.count == 1)
        #expect(registry.requests.allSatisfy { $0.headers["proxy-authorization"] == nil })
    }

    @Test(arguments: ["", "mira:wrong@"])
    func `a proxy that wants another password is told from a registry that does`(user: String) async throws {
        let proxy = try ConnectProxy(credential: "mira:right")
        let settings = try through(proxy, user: user)
        try await connected(to: "registry.example.com", { $0.proxies = settings }) {
            (connection) async throws in
            let error = await #expect(throws: RegistryError.self) { try await connection.ping() }
            #expect(error?.reason == "proxy.denied")
            #expect(error?.description.contains(proxy.address) == true)
            #expect(error?.description.contains("wrong") == false)
        }
    }

    @Test func `a proxy that opens no way, or is not there, is named`() async throws {
        let proxy = try ConnectProxy()
        let settings = try through(proxy)
        try await connected(to: "registry.example.com", { $0.proxies = settings }) {
            (connection) async throws in
            let error = await #expect(throws: RegistryError.self) { try await connection.ping() }
            #expect(error?.reason == "proxy.refused")
            #expect(error?.description.contains("registry.example.com: the proxy \(proxy.address)") == true)
        }
        let port = try freePort()
        let nobody = try ProxySettings(everythingThrough: "127.0.0.1:\(port)")
        try await connected(to: "registry.example.com", { $0.proxies = nobody }) {
            (connection) async throws in
            let error = await #expect(throws: RegistryError.self) { try await connection.ping() }
            #expect(error?.reason == "proxy.unreachable")
            #expect(error?.description.contains("the proxy 127.0.0.1:\(port)") == true)
        }
    }

    /// What comes of asking a registry that only a proxy knows the way to, and the proxy's address.
    private func refusal(
        of registry: RegistryProcess, _ change: (inout RegistryOptions) throws -> Void = { _ in },
    ) async throws -> (error: RegistryError?, proxy: String) {
        let proxy = try ConnectProxy(leading: ["registry.example.com": registry.port])
        let settings = try through(proxy)
        var error: RegistryError?
        try await connected(
            to: "registry.example.com",
            {
                $0.proxies = settings
                try change(&$0)
            }
        ) { (connection) async throws in
            error = await #expect(throws: RegistryError.self) { try await connection.ping() }
        }
        return (error, proxy.address)
    }

    @Test func `an unknown authority seen through a proxy says that the proxy may be it`() async throws {
        let (error, proxy) = try await refusal(of: RegistryProcess(.tls))
        #expect(error?.reason == "tls.untrusted")
        #expect(error?.description.contains("seen through the proxy \(proxy)") == true)
    }

    @Test func `a certificate for another name, seen through a proxy, is not said to be for none`()
        async throws
    {
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.certificate.names = "DNS:other.example.com"
            })
        let error = try await refusal(of: registry) { $0.caCertificates = registry.authority }.error
        #expect(error?.reason == "tls.name")
        #expect(error?.description.contains("its certificate is for another name; name the") == true)
    }

    @Test func `a client certificate that is not taken behind a proxy was shown`() async throws {
        let registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.wantsClientCertificate = true
                $0.certificate.names = "DNS:registry.example.com"
            })
        let folder = try TemporaryFolder.make("stranger")
        defer { try? FileManager.default.removeItem(at: folder) }
        try CertificateAuthority(in: folder).issue("client", names: "email:eve@example.com")
        let stranger = ClientCertificate(
            name: "client", chain: Array(try Data(contentsOf: folder.appending(path: "client.pem"))),
            key: Array(try Data(contentsOf: folder.appending(path: "client.key"))))
        let error = try await refusal(of: registry) {
            $0.caCertificates = registry.authority
            $0.certificates = [try RegistryHost("registry.example.com"): HostCertificates(client: stranger)]
        }.error
        #expect(error?.reason == "tls.client")
        #expect(error?.description.contains("does not take the client certificate") == true)
    }

    /// Runs `body` with a connection to a host that has no address here.
    private func connected(
        to name: String, _ change: (inout RegistryOptions) throws -> Void,
        _ body: (RegistryConnection) async throws -> Void,
    ) async throws {
        var options = RegistryOptions()
        options.pause = { _ in }
        try change(&options)
        let transport = try HTTPTransport(options: options)
        do {
            try await body(
                RegistryConnection(host: try RegistryHost(name), options: options, transport: transport))
        } catch {
            try await transport.shutdown()
            throw error
        }
        try await transport.shutdown()
    }
}
