import Foundation
import OCI
import Servers
import Testing

@testable import Registry

/// Requests that may go to some addresses alone, whatever the name means to others.
@Suite struct PinnedAddressTests {
    private let registry: RegistryProcess

    init() throws {
        registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.certificate.names = "DNS:auth.example.com"
            })
    }

    /// The status of a question to `name`, which no name service here knows.
    private func status(_ name: String = "auth.example.com", at addresses: [String]?) async throws -> Int {
        var options = RegistryOptions()
        options.caCertificates = registry.authority
        let transport = try HTTPTransport(options: options)
        let url = RequestURL(
            origin: Origin(scheme: .https, host: name, port: registry.port), path: "/v2/")
        let request = OutgoingRequest(method: "GET", url: url)
            .at(addresses?.compactMap { NetworkAddress($0) })
        let result: Result<Int, any Error>
        do {
            let response = try await transport.send(request, for: nil)
            _ = try await response.body.collect(upTo: 1000)
            result = .success(response.status)
        } catch {
            result = .failure(error)
        }
        try await transport.shutdown()
        return try result.get()
    }

    @Test func `the connection goes to the address, and the certificate is held against the name`()
        async throws
    {
        #expect(try await status(at: ["127.0.0.1"]) == 200)
        await #expect(throws: TransportFailure.wrongName(["auth.example.com"])) {
            try await status("other.example.com", at: ["127.0.0.1"])
        }
        registry.stop()
        #expect(try registry.requests().count == 1)
    }

    @Test func `addresses are tried until one takes the connection`() async throws {
        #expect(try await status(at: ["127.0.0.2", "255.255.255.255", "127.0.0.1"]) == 200)
        await #expect(throws: TransportFailure.unreachable("connection refused")) {
            try await status(at: ["255.255.255.255", "127.0.0.2"])
        }
    }

    @Test(arguments: [[], nil] as [[String]?])
    func `a name without an address leads nowhere`(addresses: [String]?) async throws {
        await #expect(throws: TransportFailure.unresolved) { try await status(at: addresses) }
    }
}

/// When it matters where a realm's name leads.
@Suite struct RealmAddressesTests {
    private static let addresses = [NetworkAddress("192.0.2.7"), NetworkAddress("10.0.0.1")].compactMap(
        \.self)

    private func addresses(
        of realm: String, _ found: [NetworkAddress] = addresses, proxy: String? = nil,
    ) async throws -> [NetworkAddress]? {
        let named = try RegistryHost("named.example.org")
        var options = RegistryOptions()
        options.resolve = { _ in found }
        if let proxy { options.proxies = try ProxySettings(everythingThrough: proxy) }
        let policy = RealmPolicy(
            registry: Origin(scheme: .https, host: "registry.example.com"), companions: [named])
        return try await policy.addresses(of: try #require(RequestURL(realm)), options)
    }

    @Test func `another host's name leads to what was found, the registry's and a named one's anywhere`()
        async throws
    {
        #expect(try await addresses(of: "https://auth.example.com/token") == Self.addresses)
        #expect(try await addresses(of: "https://auth.example.com/token", []) == [])
        #expect(try await addresses(of: "https://registry.example.com:8443/token") == nil)
        #expect(try await addresses(of: "https://named.example.org/token") == nil)
        #expect(try await addresses(of: "https://auth.example.com/token", proxy: "proxy:3128") == nil)
    }

    @Test(arguments: ["127.0.0.1", "169.254.169.254", "fd00:ec2::254"])
    func `one address of this machine among others is enough to refuse the name`(text: String) async throws {
        let found = Self.addresses + [NetworkAddress(text)].compactMap(\.self)
        let error = await #expect(throws: RegistryError.self) {
            try await addresses(of: "https://auth.example.com/token?planted", found)
        }
        #expect(error?.reason == "auth.realm")
        #expect(error?.description.contains("whose name leads to \(text)") == true)
        #expect(error?.description.contains("planted") == false)
    }
}
