import Foundation
import OCI
import Registry
import Servers
import Testing

/// Whose authorities count for whose certificate, with real registries of different authorities.
@Suite struct HostAuthorityTests {
    private let one: RegistryProcess
    private let two: RegistryProcess

    init() throws {
        one = try RegistryProcess(.tls)
        two = try RegistryProcess(.tls)
    }

    private func trusting(_ registry: RegistryProcess...) -> HostCertificates {
        HostCertificates(authorities: registry.map { ("ca.crt of \($0.host)", $0.authority) })
    }

    private func reach(
        _ host: RegistryHost, knowing certificates: [RegistryHost: HostCertificates],
    ) async throws -> String? {
        var found: String?
        try await withConnection(
            to: host,
            options: {
                $0.plainHTTP = []
                $0.certificates = certificates
            }
        ) { (connection) async throws in
            do {
                try await connection.ping()
            } catch let error as RegistryError {
                found = error.reason
            }
        }
        return found
    }

    @Test func `an authority of one host is not believed for another that has its own`() async throws {
        // Each has the other's authority, so that every one of them is known to this run.
        let crossed = [one.host: trusting(two), two.host: trusting(one)]
        #expect(try await reach(one.host, knowing: crossed) == "tls.untrusted")
        #expect(try await reach(two.host, knowing: crossed) == "tls.untrusted")
        let straight = [one.host: trusting(one), two.host: trusting(two)]
        #expect(try await reach(one.host, knowing: straight) == nil)
        #expect(try await reach(two.host, knowing: straight) == nil)
        #expect(try await reach(one.host, knowing: [one.host: trusting(two, one)]) == nil)
        for registry in [one, two] { registry.stop() }
        #expect(try one.requests().count == 2)
        #expect(try two.requests().count == 1)
    }

    /// A blob from a storage that the first registry's front redirects to.
    private func pull(
        from front: RegistryHost, knowing certificates: [RegistryHost: HostCertificates],
    ) async throws -> String {
        var found = ""
        try await withConnection(
            to: front,
            options: {
                $0.plainHTTP = []
                $0.certificates = certificates
                $0.followsRedirects = true
            }
        ) { (connection) async throws in
            found = await reason { try await connection.pull(repository, content(100)) }
        }
        return found
    }

    @Test func `where a registry redirects to, its own authorities count and no third host's`() async throws {
        let (storage, third) = (one, two)
        let server = try ScriptedServer { request, _ in
            ScriptedServer.Reply(307, ["Location": "https://127.0.0.1:\(storage.port)\(request.target)"])
        }
        let nginx = try NginxProcess(before: server)
        let own = HostCertificates(authorities: [("own", nginx.authority)])
        var both = own
        both.authorities += trusting(storage).authorities
        #expect(try await pull(from: nginx.host, knowing: [nginx.host: own]) == "tls.untrusted")
        let beside = [nginx.host: own, third.host: trusting(storage)]
        #expect(try await pull(from: nginx.host, knowing: beside) == "tls.untrusted")
        // It was reached, and has no such blob.
        #expect(try await pull(from: nginx.host, knowing: [nginx.host: both]) == "pull.absent")
        let named = [nginx.host: own, storage.host: trusting(storage)]
        #expect(try await pull(from: nginx.host, knowing: named) == "pull.absent")
        storage.stop()
        #expect(try storage.requests().count == 2)
    }
}
