import AsyncHTTPClient
import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import OCI
import Synchronization

/// The one place where requests leave the program: HTTP/1.1 over TLS or in plain, as each address says.
///
/// It follows no redirect, decodes no content, keeps no cookie, and uses only the proxies that it is given. Reads and writes that stand still
/// longer than the stall limit end. Must be shut down.
package final class HTTPTransport: Sendable {
    private let direct: HTTPClient
    private let proxied: [Proxy: HTTPClient]
    private let pinned: PinnedClients
    private let proxies: ProxySettings
    private let lanes: Lanes
    private let tls: TLSSettings
    private let connectTimeout: TimeAmount
    private let contentTime: ContentTime

    /// Refuses certificates that cannot be used (`tls.ca`, `tls.pair`).
    package init(options: RegistryOptions) throws(RegistryError) {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.decompression = .disabled
        configuration.redirectConfiguration = .disallow
        let stall = TimeAmount(options.stallTimeout)
        configuration.timeout = HTTPClient.Configuration.Timeout(
            connect: TimeAmount(options.connectTimeout), read: stall, write: stall)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = options.maximumConnections
        // A connection that cannot be made is reported at once; whether to try again is decided above.
        configuration.connectionPool.retryConnectionEstablishment = false
        tls = try TLSSettings(options)
        configuration.tlsConfiguration = tls.general
        configuration.http1_1ConnectionDebugInitializer = { channel in
            // The default of 64 KiB costs a quarter of the speed of large blobs.
            channel.setOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: BodyPieces.pieceSize)
            ).flatMapThrowing { try CutBodyHandler.add(to: channel.pipeline.syncOperations) }
        }
        lanes = Lanes(ceiling: options.maximumConnections)
        connectTimeout = TimeAmount(options.connectTimeout)
        contentTime = options.contentTime
        proxies = options.proxies
        direct = HTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        pinned = PinnedClients(configuration)
        var proxied: [Proxy: HTTPClient] = [:]
        for proxy in proxies.all {
            var configuration = configuration
            configuration.proxy = .server(
                host: proxy.host, port: proxy.port, authorization: proxy.credential?.proxyAuthorization)
            proxied[proxy] = HTTPClient(
                eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        }
        self.proxied = proxied
    }

    package func shutdown() async throws {
        for client in [direct] + proxied.values + pinned.all { try await client.shutdown() }
    }

    /// Sends a request when there is room for it, and returns when the head of the answer is there.
    ///
    /// - Parameter registry: on whose behalf, wherever the request goes: its certificates count.
    func send(_ request: OutgoingRequest, for registry: RegistryHost?) async throws -> IncomingResponse {
        let origin = request.url.origin
        let special = tls.special(for: origin, of: registry)
        guard origin.scheme == .http || tls.canTrust(special ?? tls.general) else {
            throw RegistryError.certificates(
                "this machine has no certificate authorities of its own; give --ca-file")
        }
        var outgoing = HTTPClientRequest(url: request.url.text)
        outgoing.tlsConfiguration = special
        outgoing.method = HTTPMethod(rawValue: request.method)
        outgoing.headers = request.headers
        switch request.body {
        case .none: break
        case .bytes(let bytes): outgoing.body = .bytes(ByteBuffer(bytes: bytes))
        case .pieces(let pieces): outgoing.body = .stream(pieces, length: .known(pieces.size))
        }
        let proxy = proxies.proxy(for: origin)
        let pass = try await lanes[request.url.origin].enter()
        do {
            let response = try await execute(outgoing, request, through: proxy)
            guard Self.size(of: response.headers) <= Self.maximumHead else { throw TransportFailure.longHead }
            let status = Int(response.status.code)
            RetryPolicy.isBusy(status) ? pass.wentBadly() : pass.wentWell()
            return IncomingResponse(
                status: status, headers: response.headers,
                body: IncomingBody(
                    response.body, size: Self.bodySize(request, status, response.headers),
                    within: contentTime,
                    pass))
        } catch {
            let failure = await explained(
                try Self.failure(error), at: origin, request.addresses?.first, through: proxy)
            if failure.isTransient(afterAnswer: false) { pass.wentBadly() }
            pass.end()
            throw failure
        }
    }

    /// Where a request may go to some addresses alone, they are tried in turn until one takes the connection.
    private func execute(
        _ outgoing: HTTPClientRequest, _ request: OutgoingRequest, through proxy: Proxy?,
    ) async throws -> HTTPClientResponse {
        guard let addresses = request.addresses else {
            let client = proxy.flatMap { proxied[$0] } ?? direct
            return try await client.execute(outgoing, deadline: .distantFuture)
        }
        var failure: any Error = TransportFailure.unresolved
        for address in addresses {
            do {
                return try await pinned.client(for: request.url.origin, at: address)
                    .execute(outgoing, deadline: .distantFuture)
            } catch {
                guard case .unreachable = try Self.failure(error) else { throw error }
                failure = error
            }
        }
        throw failure
    }

    /// The longest head of an answer that is read. Bytes.
    static let maximumHead = 65_536

    private static func size(of headers: HTTPHeaders) -> Int {
        headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }

    /// How many bytes an answer's body has, if its head says so (RFC 9112, "Message Body Length").
    private static func bodySize(_ request: OutgoingRequest, _ status: Int, _ headers: HTTPHeaders) -> Int64?
    {
        guard request.method != "HEAD", status != 204, status != 304 else { return nil }
        return CutBodyHandler.announced(by: headers)
    }

    /// What only this place knows about a failure.
    private func explained(
        _ failure: TransportFailure, at origin: Origin, _ address: NetworkAddress?, through proxy: Proxy?,
    ) async -> TransportFailure {
        if case .clientCertificate(_, let words) = failure {
            return .clientCertificate(wasShown: tls.isKnown(to: origin), words)
        }
        if let proxy { return failure.through(proxy) }
        return switch failure {
        case .untrusted, .wrongName:
            await CertificateProbe.explain(failure, at: origin, address, timeout: connectTimeout)
        case .noHTTP where origin.scheme == .http: .tlsPort
        default: failure
        }
    }

    /// What the libraries' error means; a cancelled task stays one.
    static func failure(_ error: any Error) throws -> TransportFailure {
        if let failure = error as? TransportFailure { return failure }
        guard let error = error as? HTTPClientError else { return try TransportFailure(error) }
        switch error {
        case .cancelled: throw CancellationError()
        case .readTimeout, .writeTimeout, .deadlineExceeded: return .stalled
        case .connectTimeout, .getConnectionFromPoolTimeout: return .unreachable("the connection timed out")
        case .proxyAuthenticationRequired: return .proxy("", .wantsCredential)
        case .invalidProxyResponse: return .proxy("", .opensNoWay)
        case .tlsHandshakeTimeout: return .interrupted("the TLS handshake timed out")
        case .remoteConnectionClosed: return .interrupted("closed by the other side")
        default: return .interrupted(error.shortDescription)
        }
    }
}

extension Credential {
    fileprivate var proxyAuthorization: HTTPClient.Authorization? {
        guard case .password(let user, let password) = kind else { return nil }
        return .basic(username: user, password: password)
    }
}
