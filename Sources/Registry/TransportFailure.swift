import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// Why a request got no answer, or only a part of one.
enum TransportFailure: Error, Hashable {
    case unreachable(String)
    case unresolved
    case proxy(String, RegistryError.ProxyFault)
    case interrupted(String)
    case stalled
    case untrusted(String)
    /// The names that the certificate is for; nothing where they are not known.
    case wrongName([String]?)
    /// The certificate is over, or has not begun.
    case outOfTime(isOver: Bool, String, now: String)
    /// The other side does not go on without a certificate of ours, or with the one that was shown.
    case clientCertificate(wasShown: Bool, String)
    case handshake(String)
    /// TLS was spoken to a port that answers in plain text.
    case plainPort
    /// Plain http was spoken to a port that answers in TLS.
    case tlsPort
    /// The answer is not http.
    case noHTTP
    /// The answer's head is longer than is read.
    case longHead

    /// Reads the errors of NIO and BoringSSL; a cancelled task stays one.
    init(_ error: any Error) throws {
        switch error {
        case is CancellationError: throw error
        case let error as NIOConnectionError: self = Self.connecting(error)
        case let error as NIOSSLError: self = Self.speakingTLS(error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .wrongName(nil)
        case let error as NIOSSLExtraError: self = .handshake(String(describing: error))
        case let error as BoringSSLError: self = Self.refusing(Self.words(of: error))
        case let error as IOError: self = Self.system(error.errnoCode)
        case let error as HTTPParserError: self = Self.parsing(error)
        case is ChannelError: self = .interrupted("the connection was closed")
        default: self = .interrupted(String(describing: error))
        }
    }

    /// Whether the same request may well succeed when it is made again. Who was never reached is retried only if
    /// the registry has answered before.
    func isTransient(afterAnswer hasAnswered: Bool) -> Bool {
        switch self {
        case .interrupted, .stalled, .noHTTP: true
        case .unreachable, .unresolved, .proxy(_, .unreachable), .proxy(_, .opensNoWay): hasAnswered
        case .proxy(_, .wantsCredential): false
        case .untrusted, .wrongName, .outOfTime, .clientCertificate, .handshake, .plainPort, .tlsPort,
            .longHead:
            false
        }
    }

    /// What a failure means where the other end was a proxy: who cannot be reached is the proxy.
    func through(_ proxy: Proxy) -> TransportFailure {
        switch self {
        case .proxy(_, let fault): .proxy(proxy.name, fault)
        case .unreachable(let cause): .proxy(proxy.name, .unreachable(cause))
        case .unresolved: .proxy(proxy.name, .unreachable("the name has no address"))
        case .untrusted(let cause):
            .untrusted(
                "\(cause); seen through the proxy \(proxy.name), which may open TLS with its own authority")
        default: self
        }
    }

    func error(_ exchange: Exchange) -> RegistryError {
        switch self {
        case .unreachable(let cause): .unreachable(host: exchange.host, cause: cause)
        case .unresolved: .unresolved(host: exchange.host)
        case .proxy(let proxy, let fault): .proxy(proxy, host: exchange.host, fault: fault)
        case .interrupted(let cause): .interrupted(exchange, cause: cause)
        case .stalled: .stalled(exchange)
        case .untrusted(let cause): .untrusted(host: exchange.host, cause: cause)
        case .wrongName(let names): .wrongName(host: exchange.host, names: names)
        case .outOfTime(let isOver, let bound, let now):
            isOver
                ? .certificateOver(host: exchange.host, since: bound, now: now)
                : .certificateEarly(host: exchange.host, until: bound, now: now)
        case .clientCertificate(let wasShown, let cause):
            .clientCertificate(host: exchange.host, wasShown: wasShown, cause: cause)
        case .handshake(let cause): .handshake(host: exchange.host, cause: cause)
        case .plainPort: .plainPort(host: exchange.host)
        case .tlsPort: .tlsPort(host: exchange.host)
        case .noHTTP: .interrupted(exchange, cause: "the answer is not http")
        case .longHead: .tooLarge(exchange, limit: HTTPTransport.maximumHead)
        }
    }

    private static func parsing(_ error: HTTPParserError) -> TransportFailure {
        switch error {
        case .headerOverflow: .longHead
        case .invalidEOFState: .interrupted("the connection ended in the middle of an answer")
        default: .noHTTP
        }
    }

    private static func connecting(_ error: NIOConnectionError) -> TransportFailure {
        if let first = error.connectionErrors.first?.error {
            if let system = first as? IOError { return .unreachable(text(of: system.errnoCode)) }
            if case .connectTimeout = first as? ChannelError {
                return .unreachable("the connection timed out")
            }
            return .unreachable(String(describing: first))
        }
        return .unresolved
    }

    private static func system(_ code: CInt) -> TransportFailure {
        code == ECONNREFUSED || code == ENETUNREACH || code == EHOSTUNREACH
            ? .unreachable(text(of: code)) : .interrupted(text(of: code))
    }

    private static func text(of code: CInt) -> String {
        var text = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &text, text.count) == 0 else { return "error \(code)" }
        let words = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: words, as: UTF8.self).lowercased()
    }

    private static func speakingTLS(_ error: NIOSSLError) -> TransportFailure {
        switch error {
        case .handshakeFailed(let cause):
            let words = words(of: cause)
            if words.contains("WRONG_VERSION_NUMBER") || words.contains("HTTP_REQUEST") { return .plainPort }
            if words.contains("CERTIFICATE_VERIFY_FAILED") {
                return .untrusted("not issued by one of them, expired, or not yet valid")
            }
            return words.contains("EOF during handshake") ? .interrupted(words) : refusing(words)
        case .noCertificateToValidate, .unableToValidateCertificate: return .untrusted("none was shown")
        case .uncleanShutdown: return .interrupted("the connection was cut")
        default: return .handshake(String(describing: error))
        }
    }

    /// What an alert of the other side means: these come after it has seen what we are, or are not (RFC 8446,
    /// "Error Alerts").
    private static func refusing(_ words: String) -> TransportFailure {
        let alerts = [
            "CERTIFICATE_REQUIRED", "ALERT_BAD_CERTIFICATE", "ALERT_UNKNOWN_CA", "ALERT_CERTIFICATE_UNKNOWN",
            "ALERT_CERTIFICATE_EXPIRED", "ALERT_CERTIFICATE_REVOKED", "ALERT_UNSUPPORTED_CERTIFICATE",
            "ALERT_ACCESS_DENIED",
        ]
        if alerts.contains(where: words.contains) { return .clientCertificate(wasShown: false, words) }
        if words.contains("ON_CLIENT_HELLO") {
            return .handshake("the server has no cipher in common with us (\(words))")
        }
        // TLS 1.2 has no alert of its own for a certificate that is missing (RFC 5246, "Client Certificate").
        if words.contains("ALERT_HANDSHAKE_FAILURE") { return .clientCertificate(wasShown: false, words) }
        if words.contains("PROTOCOL_VERSION") || words.contains("UNSUPPORTED_PROTOCOL") {
            return .handshake("the server speaks no version as new as TLS 1.2, which is the least (\(words))")
        }
        if words.contains("UNRECOGNIZED_NAME") {
            return .handshake("the server knows no host of this name (\(words))")
        }
        return .handshake(words)
    }

    /// The names of BoringSSL's reasons, without numbers and source lines.
    private static func words(of error: BoringSSLError) -> String {
        guard case .sslError(let stack) = error else { return String(describing: error) }
        let reasons = stack.map { entry in
            let words = entry.description.split(separator: ":")
            // "Error: 1 error:1000:SSL routines:OPENSSL_internal:REASON at file:line"
            let reason = words.dropFirst(5).first ?? words.last ?? ""
            return String(reason.prefix { $0 != " " })
        }
        return reasons.contains("") ? String(describing: stack) : reasons.joined(separator: ", ")
    }
}
