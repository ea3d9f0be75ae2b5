import Glibc
import LibCrypto
import NIOCore
import NIOPosix
import NIOSSL
import OCI
import Synchronization

/// Looks at the certificate that a host shows, to say what is wrong with it. TLS libraries only say that it is not
/// good.
///
/// Nothing is sent beside the beginning of a TLS handshake, which ends as soon as the certificate is seen.
enum CertificateProbe {
    /// What a refusal means: the times first, since a certificate that is past them is refused by everybody.
    ///
    /// - Parameter address: where to connect to; nothing where the name decides.
    static func explain(
        _ failure: TransportFailure, at origin: Origin, _ address: NetworkAddress?, timeout: TimeAmount,
    ) async -> TransportFailure {
        let chain: [NIOSSLCertificate]
        switch failure {
        case .untrusted, .wrongName: chain = await certificates(of: origin, address, timeout: timeout)
        default: return failure
        }
        guard let own = chain.first else { return failure }
        if case .wrongName = failure { return .wrongName(names(in: own)) }
        let now = time(nil)
        for certificate in chain {
            if now > certificate.notValidAfter {
                return .outOfTime(isOver: true, text(certificate.notValidAfter), now: text(now))
            }
            if now < certificate.notValidBefore {
                return .outOfTime(isOver: false, text(certificate.notValidBefore), now: text(now))
            }
        }
        return .untrusted(maker(of: chain.last ?? own))
    }

    /// Who made a certificate. One that cannot be read more closely is still of an unknown authority.
    private static func maker(of certificate: NIOSSLCertificate) -> String {
        guard let read = try? Certificate(der: try certificate.toDERBytes()) else { return "of another one" }
        let issuer = "\"\(escaped(read.issuerText, limit: 200))\""
        return read.subjectText == read.issuerText
            ? "it is signed by itself, \(issuer)" : "it was issued by \(issuer)"
    }

    private static func certificates(
        of origin: Origin, _ address: NetworkAddress?, timeout: TimeAmount,
    ) async -> [NIOSSLCertificate] {
        let seen = Seen()
        let host = origin.host.filter { $0 != "[" && $0 != "]" }
        let isAddress =
            host.contains(":") || host.utf8.allSatisfy { $0 == 0x2e || (0x30...0x39).contains($0) }
        do {
            var configuration = TLSConfiguration.makeClientConfiguration()
            // Nobody's word counts here, and of the system's authorities there may be none.
            configuration.trustRoots = .certificates([])
            let context = try NIOSSLContext(configuration: configuration)
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(timeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handler = try NIOSSLClientHandler(
                            context: context, serverHostname: isAddress ? nil : host,
                            customVerificationCallback: { certificates, decision in
                                seen.set(certificates)
                                decision.succeed(.failed)
                            })
                        try channel.pipeline.syncOperations.addHandler(handler)
                    }
                }
                .connect(host: address?.description ?? host, port: origin.port).get()
            // A host that shows nothing must not hold up the message.
            let limit = channel.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
            try await channel.closeFuture.get()
            limit.cancel()
        } catch {
            // What was seen until then is all there is to say.
        }
        return seen.certificates
    }

    private static func names(in certificate: NIOSSLCertificate) -> [String] {
        certificate._subjectAlternativeNames().prefix(8).compactMap { name in
            switch name.nameType {
            case .dnsName: escaped(String(decoding: name.contents, as: UTF8.self), limit: 255)
            case .ipAddress: address(Array(name.contents))
            default: nil
            }
        }
    }

    private static func address(_ bytes: [UInt8]) -> String? {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func text(_ seconds: time_t) -> String {
        var (seconds, parts) = (seconds, tm())
        guard gmtime_r(&seconds, &parts) != nil else { return "second \(seconds)" }
        func two(_ value: CInt) -> String { (value < 10 ? "0" : "") + String(value) }
        return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday)) "
            + "\(two(parts.tm_hour)):\(two(parts.tm_min)) UTC"
    }

    private final class Seen: Sendable {
        private let state = Mutex<[NIOSSLCertificate]>([])

        var certificates: [NIOSSLCertificate] { state.withLock { $0 } }

        func set(_ certificates: [NIOSSLCertificate]) { state.withLock { $0 = certificates } }
    }
}
