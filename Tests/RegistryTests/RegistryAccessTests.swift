import Foundation
import OCI
import Registry
import Servers
import Testing

/// Against real registries that ask who is there.
@Suite struct RegistryAccessTests {
    private static let right = CredentialStore(
        explicit: Credential(user: RegistryProcess.user, password: RegistryProcess.password))
    private static let wrong = CredentialStore(
        explicit: Credential(user: RegistryProcess.user, password: "hunter2"))

    @Test func `Basic is sent once the registry has asked for it`() async throws {
        let registry = try RegistryProcess(.basic)
        try await withConnection(to: registry.host, options: { $0.credentials = Self.right }) { connection in
            try await connection.ping()
            #expect(try await connection.push(repository, content(1000)) == .uploaded)
        }
        registry.stop()
        #expect(try registry.requests().map(\.status).filter { $0 == 401 }.count == 1)
    }

    @Test func `a wrong password is denied after one try and shown nowhere`() async throws {
        let registry = try RegistryProcess(.basic)
        try await withConnection(to: registry.host, options: { $0.credentials = Self.wrong }) { connection in
            let error = await #expect(throws: RegistryError.self) { try await connection.ping() }
            #expect(error?.reason == "auth.denied")
            #expect(error?.kind == .authentication)
            #expect(error?.description.contains("hunter2") == false)
            #expect(
                error?.description.contains(
                    "denied to user mira with a password, from the command line: the secret is wrong") == true
            )
            #expect(error?.description.contains(registry.host.description) == true)
        }
        registry.stop()
        #expect(try registry.requests().map(\.status) == [401, 401])
    }

    @Test func `nobody in particular is denied at the first request that needs a right`() async throws {
        let registry = try RegistryProcess(.basic)
        try await withConnection(to: registry.host) { (connection) async throws in
            try await connection.ping()
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.manifest(repository, .tag(try Tag("a")))
            }
            #expect(error?.reason == "auth.denied")
            #expect(error?.description.contains("denied; give --authfile, or --username") == true)
        }
    }

    @Test func `a token is fetched for each right once`() async throws {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        let companion = try RegistryHost("127.0.0.1:\(service.port)")
        let change: (inout RegistryOptions) -> Void = {
            $0.credentials = Self.right
            $0.companionHosts = [companion]
        }
        try await withConnection(to: registry.host, options: change) { (connection) async throws in
            for size in 1...3 {
                #expect(try await connection.push(repository, content(size)) == .uploaded)
            }
            #expect(try await connection.pull(repository, content(2)) == content(2))
        }
        #expect(
            try service.requests() == [
                "mira repository:team/app:pull,push", "mira repository:team/app:pull",
            ])
    }

    @Test func `a token service that the user did not name gets nothing`() async throws {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        try await withConnection(to: registry.host, options: { $0.credentials = Self.right }) { connection in
            #expect(await reason { try await connection.push(repository, [1]) } == "auth.realm")
        }
        #expect(try service.requests() == [])
    }

    @Test func `a token without the right to push is denied and not asked for again and again`() async throws
    {
        let service = try TokenServerProcess()
        let registry = try RegistryProcess(.with { $0.tokenRealm = (service.realm, service.certificate) })
        let companion = try RegistryHost("127.0.0.1:\(service.port)")
        try await withConnection(to: registry.host, options: { $0.companionHosts = [companion] }) {
            connection in
            #expect(await reason { try await connection.push(repository, [1]) } == "auth.denied")
        }
        #expect(try service.requests().count <= 2)
    }

    @Test func `a registry is trusted through the authority that the user gives`() async throws {
        let registry = try RegistryProcess(.tls)
        let change: (inout RegistryOptions) -> Void = {
            $0.plainHTTP = []
            $0.caCertificates = registry.authority
        }
        try await withConnection(to: registry.host, options: change) { connection in
            try await connection.ping()
            #expect(try await connection.push(repository, content(700_000)) == .uploaded)
            #expect(try await connection.pull(repository, content(700_000)) == content(700_000))
        }
    }

    @Test func `an unknown authority is not trusted`() async throws {
        let registry = try RegistryProcess(.tls)
        try await withConnection(to: registry.host, options: { $0.plainHTTP = [] }) { connection in
            let error = await #expect(throws: RegistryError.self) { try await connection.ping() }
            #expect(error?.reason == "tls.untrusted")
            #expect(error?.description.contains("--ca-file") == true)
            #expect(connection.summary.retries == 0)
        }
        registry.stop()
        #expect(try registry.requests() == [])
    }

    @Test func `plain http to a port that speaks TLS says which option to leave out`() async throws {
        let registry = try RegistryProcess(.tls)
        try await withConnection(to: registry.host, options: { $0.credentials = Self.right }) { connection in
            #expect(await reason { try await connection.ping() } == "http.tlsport")
        }
    }

    @Test func `TLS to a port that speaks plain http says which option to give`() async throws {
        let registry = try RegistryProcess()
        try await withConnection(to: registry.host, options: { $0.plainHTTP = [] }) { connection in
            #expect(await reason { try await connection.ping() } == "tls.plainport")
        }
    }

    @Test func `a port where nobody listens is reported at once`() async throws {
        let host = try RegistryHost("127.0.0.1:\(try freePort())")
        try await withConnection(to: host) { connection in
            #expect(await reason { try await connection.ping() } == "unreachable")
            #expect(connection.summary.retries == 0)
        }
    }

    @Test func `an authority that is no certificate is refused`() {
        var options = RegistryOptions()
        options.caCertificates = Array("nothing".utf8)
        let error = #expect(throws: RegistryError.self) { _ = try HTTPTransport(options: options) }
        #expect(error?.reason == "tls.ca")
    }
}
