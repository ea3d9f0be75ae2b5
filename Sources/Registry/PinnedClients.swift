import AsyncHTTPClient
import NIOPosix
import Synchronization

/// HTTP clients that connect to one address in place of looking a name up.
///
/// Whoever looked a name up, found its addresses harmless and then connected by name would have it looked up again, and
/// a name service that answers otherwise the second time would choose where the request goes. The certificate is
/// still checked against the name.
final class PinnedClients: Sendable {
    private let configuration: HTTPClient.Configuration
    private let clients = Mutex<[Pin: HTTPClient]>([:])

    private struct Pin: Hashable {
        let host: String
        let address: NetworkAddress
    }

    /// - Parameter configuration: of all of them, but for the address.
    init(_ configuration: HTTPClient.Configuration) {
        self.configuration = configuration
    }

    /// All that were made; each must be shut down.
    var all: [HTTPClient] { clients.withLock { Array($0.values) } }

    func client(for origin: Origin, at address: NetworkAddress) -> HTTPClient {
        clients.withLock { clients in
            let pin = Pin(host: origin.host, address: address)
            if let client = clients[pin] { return client }
            var configuration = configuration
            configuration.dnsOverride = [origin.host: address.description]
            let client = HTTPClient(
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
            clients[pin] = client
            return client
        }
    }
}
