import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Why a request got no answer, or only a part of one.
enum TransportFailure: Error, Hashable {
    case unreachable(String)
    case unresolved
    case interrupted(String)
    case stalled
    case untrusted(String)
    case wrongName
    case handshake(String)
    /// TLS was spoken to a port that answers in plain text.
    case plainPort

    /// Reads the errors of NIO and BoringSSL; a cancelled task stays one.
    init(_ error: any Error) throws {
        switch error {
        case is CancellationError: throw error
        case let error as NIOConnectionError: self = Self.connecting(error)
        case let error as NIOSSLError: self = Self.speakingTLS(error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: self = .wrongName
        case let error as NIOSSLExtraError: self = .handshake(String(describing: error))
        case let error as BoringSSLError: self = .handshake(Self.words(of: error))
        case let error as IOError: self = Self.system(error.errnoCode)
        case is ChannelError: self = .interrupted("the connection was closed")
        default: self = .interrupted(String(describing: error))
        }
    }

    /// Whether the same request may well succeed when it is made again. Who was never reached is retried only if
    /// the registry has answered before.
    func isTransient(afterAnswer hasAnswered: Bool) -> Bool {
        switch self {
        case .interrupted, .stalled: true
        case .unreachable, .unresolved: hasAnswered
        case .untrusted, .wrongName, .handshake, .plainPort: false
        }
    }

    func error(_ exchange: Exchange) -> RegistryError {
        switch self {
        case .unreachable(let cause): .unreachable(host: exchange.host, cause: cause)
        case .unresolved: .unresolved(host: exchange.host)
        case .interrupted(let cause): .interrupted(exchange, cause: cause)
        case .stalled: .stalled(exchange)
        case .untrusted(let cause): .untrusted(host: exchange.host, cause: cause)
        case .wrongName: .wrongName(host: exchange.host)
        case .handshake(let cause): .handshake(host: exchange.host, cause: cause)
        case .plainPort: .plainPort(host: exchange.host)
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
            return words.contains("EOF during handshake") ? .interrupted(words) : .handshake(words)
        case .noCertificateToValidate, .unableToValidateCertificate: return .untrusted("none was shown")
        case .uncleanShutdown: return .interrupted("the connection was cut")
        default: return .handshake(String(describing: error))
        }
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
