package import OCI
package import StrictJSON

/// Why a registry could not be used, or what it did that is not accepted.
package enum RegistryError: Error, Hashable, Sendable {
    /// The exit class that a command gives the error.
    package enum Kind: Hashable, Sendable {
        case authentication, network, content, format, policy
    }

    // Authentication
    case denied(Exchange)
    case realm(host: String, realm: String, address: String?)
    case challenge(Exchange)
    case token(Exchange, fault: String)
    case helper(host: String, document: String, helper: String, fault: String)
    case document(JSONError)
    case entry(document: String, key: String, fault: String)

    // The way to the registry
    case unreachable(host: String, cause: String)
    case proxy(String, host: String, fault: ProxyFault)
    case unresolved(host: String)
    case interrupted(Exchange, cause: String)
    case stalled(Exchange)
    case untrusted(host: String, cause: String)
    case wrongName(host: String, names: [String]?)
    case certificateOver(host: String, since: String, now: String)
    case certificateEarly(host: String, until: String, now: String)
    case clientCertificate(host: String, wasShown: Bool, cause: String)
    case clientPair(String, fault: String)
    case handshake(host: String, cause: String)
    case plainPort(host: String)
    case tlsPort(host: String)
    case certificates(String)
    case unavailable(Exchange, attempts: Int)
    case rateLimited(Exchange, wait: Int?)
    indirect case impatient(RegistryError, budget: Duration)
    case redirectLoop(host: String, to: String)
    case redirectLimit(host: String, limit: Int)
    case redirectDowngrade(from: String, to: String)
    case redirectRefused(Exchange, to: String)

    // Reading
    case pullDigest(host: String, of: String, asked: Digest, found: Digest)
    case pullSize(Exchange, digest: Digest, expected: Int64)
    case pullShort(Exchange, digest: Digest, expected: Int64, found: Int64)
    case pullStalled(Exchange, digest: Digest, found: Int64)
    case pullEncoding(Exchange, found: String)
    case pullType(Exchange, found: String?)
    case tooLarge(Exchange, limit: Int)
    case absent(Exchange, digest: Digest)
    case page(Exchange, Page)

    package enum Page: Hashable, Sendable {
        case loop
        case origin(String)
        case limit(Int, String)
    }

    // Writing
    case changed(Digest, found: Digest?)
    case pushLocation(Exchange, found: String?)
    case pushOrigin(host: String, to: String)
    case pushDowngrade(host: String, to: String)
    case pushSize(host: String, repository: RepositoryName, digest: Digest, expected: Int64)
    case pushRange(Exchange, digest: Digest, sent: Int64, reported: Int64)
    case pushDigest(Exchange, expected: Digest, found: String?)
    case pushDisconnect(Exchange, digest: Digest, size: Int64, attempts: Int)
    case refused(Refusal, Exchange)
    case referrersRace(host: String, repository: RepositoryName, tag: Tag)

    /// What a proxy did in place of opening a way.
    package enum ProxyFault: Hashable, Sendable {
        case unreachable(String)
        case wantsCredential
        case opensNoWay
    }

    /// What a registry will not do, as its status and words tell.
    package enum Refusal: String, Hashable, Sendable {
        case readOnly = "push.readonly"
        case quota = "push.quota"
        case tooLarge = "push.toolarge"
        case noRepository = "push.norepo"
        case unknownBlob = "push.blobunknown"
        case immutableTag = "tag.immutable"
        case rejected = "push.rejected"
        case reading = "pull.refused"
        case notYet = "pull.notyet"
        case accept = "pull.accept"
    }
}

extension RegistryError {
    package var reason: String {
        switch self {
        case .denied: "auth.denied"
        case .realm: "auth.realm"
        case .challenge: "auth.challenge"
        case .token: "auth.token"
        case .helper: "auth.helper"
        case .document(let error): error.reason
        case .entry: "auth.entry"
        case .unreachable, .interrupted: "unreachable"
        case .proxy(_, _, .unreachable): "proxy.unreachable"
        case .proxy(_, _, .wantsCredential): "proxy.denied"
        case .proxy(_, _, .opensNoWay): "proxy.refused"
        case .unresolved: "unreachable.name"
        case .stalled: "unreachable.stall"
        case .untrusted: "tls.untrusted"
        case .wrongName: "tls.name"
        case .certificateOver: "tls.expired"
        case .certificateEarly: "tls.early"
        case .clientCertificate: "tls.client"
        case .clientPair: "tls.pair"
        case .handshake: "tls.handshake"
        case .plainPort: "tls.plainport"
        case .tlsPort: "http.tlsport"
        case .certificates: "tls.ca"
        case .unavailable: "unavailable"
        case .rateLimited: "rate.limited"
        case .impatient: "retry.budget"
        case .redirectLoop: "redirect.loop"
        case .redirectLimit: "redirect.limit"
        case .redirectDowngrade: "redirect.downgrade"
        case .redirectRefused: "redirect.refused"
        case .pullDigest: "pull.digest"
        case .pullSize: "pull.size"
        case .pullShort: "pull.short"
        case .pullStalled: "pull.stall"
        case .pullEncoding: "pull.encoding"
        case .pullType: "pull.contenttype"
        case .tooLarge: "pull.toolarge"
        case .absent: "pull.absent"
        case .page(_, .loop): "page.loop"
        case .page(_, .origin): "page.origin"
        case .page(_, .limit): "page.limit"
        case .changed: "changed"
        case .pushLocation: "push.location"
        case .pushOrigin: "push.origin"
        case .pushDowngrade: "push.downgrade"
        case .pushSize: "push.size"
        case .pushRange: "push.range"
        case .pushDigest: "push.digest"
        case .pushDisconnect: "push.disconnect"
        case .refused(let refusal, _): refusal.rawValue
        case .referrersRace: "referrers.race"
        }
    }

    /// The digests that the registry says it lacks, where it refuses a manifest for that.
    package var unknownParts: [Digest] {
        guard case .refused(.unknownBlob, let exchange) = self else { return [] }
        return exchange.error.digests
    }

    package var kind: Kind {
        switch self {
        case .denied, .realm, .challenge, .token, .helper, .entry: .authentication
        case .document, .pullType: .format
        case .pullDigest, .pullSize, .changed: .content
        case .refused(.immutableTag, _): .policy
        default: .network
        }
    }
}
