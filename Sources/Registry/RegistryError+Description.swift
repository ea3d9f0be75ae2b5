import OCI
import StrictJSON

extension RegistryError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .denied, .realm, .challenge, .token, .helper, .document, .entry: authenticationText
        case .pullDigest, .pullSize, .pullShort, .pullStalled, .pullEncoding, .pullType, .tooLarge, .absent,
            .page:
            readingText
        case .changed, .pushLocation, .pushOrigin, .pushDowngrade, .pushSize, .pushRange, .pushDigest,
            .pushDisconnect,
            .refused, .referrersRace:
            writingText
        default: roadText
        }
    }

    /// What happened, without what may be done about it.
    var cause: String {
        switch self {
        case .unavailable(let exchange, _), .rateLimited(let exchange, _): exchange.description
        case .pushDisconnect(let exchange, let digest, let size, _):
            "\(exchange): \(digest): the connection was lost while sending \(size) bytes"
        case .pullShort(let exchange, let digest, let expected, let found):
            "\(exchange): \(digest) ended after \(found) of \(expected) bytes"
        default: description
        }
    }

    /// The same with how often it was tried.
    func told(after attempts: Int) -> RegistryError {
        switch self {
        case .unavailable(let exchange, _): .unavailable(exchange, attempts: attempts)
        case .pushDisconnect(let exchange, let digest, let size, _):
            .pushDisconnect(exchange, digest: digest, size: size, attempts: attempts)
        default: self
        }
    }

    private var authenticationText: String {
        switch self {
        case .denied(let exchange):
            "\(exchange): access is denied" + Self.advice(to: exchange.sender, status: exchange.status)
        case .realm(let host, let realm, let address?):
            "\(host): wants credentials sent to \(escaped(realm)), whose name leads to \(address), an address of "
                + "this machine or its link; allow it with --companion-host if that is meant"
        case .realm(let host, let realm, nil):
            "\(host): wants credentials sent to \(escaped(realm)); allow it with --companion-host if that is the "
                + "registry's token service"
        case .challenge(let exchange):
            "\(exchange): asks for authentication in no way that is spoken here, which are Basic and Bearer"
        case .token(let exchange, let fault): "\(exchange): gave no token: \(escaped(fault))"
        case .helper(let host, let document, let helper, let fault):
            "\(escaped(document)): names the helper \"\(escaped(helper))\" for \(host), which gives no "
                + "credential: \(escaped(fault)); mend that, or give --username and --password-stdin"
        case .document(let error): error.description
        case .entry(let document, let key, let fault):
            "\(escaped(document)): entry \"\(escaped(key))\": \(fault)"
        default: reason
        }
    }

    private static func advice(to sender: Exchange.Sender, status: Int?) -> String {
        switch sender {
        case .nobody: "; give --authfile, or --username and --password-stdin, of an account with this right"
        case .anybody: ", and no credential is ever sent there"
        case .holder(let holder):
            " to \(holder): "
                + (status == 403 ? "" : "the secret is wrong or no longer good, or ")
                + "the account has not this right"
        }
    }

    /// Without the port, which no certificate names.
    private static func name(of host: String) -> String {
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return host }
        return String(host[..<colon])
    }

    private static func subject(_ names: [String]?) -> String {
        guard let names else { return "another name" }
        return names.isEmpty
            ? "no host by its alternative names, which alone count"
            : "another name, \(escaped(names.joined(separator: ", ")))"
    }

    private var certificateText: String {
        switch self {
        case .untrusted(let host, let cause):
            "\(host): its certificate is not valid under the known authorities (\(escaped(cause))); "
                + "give the registry's own authority with --ca-file, or put it into certs.d/\(host) as ca.crt"
        case .wrongName(let host, let names):
            "\(host): its certificate is for " + Self.subject(names)
                + "; name the registry as its certificate does, or have one issued for \(Self.name(of: host))"
        case .certificateOver(let host, let since, let now):
            "\(host): its certificate expired on \(since), and this machine's clock says \(now); have it renewed, "
                + "or set the clock"
        case .certificateEarly(let host, let until, let now):
            "\(host): its certificate is not valid before \(until), and this machine's clock says \(now); set the "
                + "clock"
        case .clientCertificate(let host, let wasShown, let cause):
            "\(host): "
                + (wasShown
                    ? "does not take the client certificate that it was shown"
                    : "wants a client certificate; give --client-cert and --client-key, or put client.cert and "
                        + "client.key into certs.d/\(host)") + " (\(escaped(cause)))"
        case .clientPair(let name, let fault): "\(escaped(name)): \(escaped(fault))"
        case .certificates(let fault): "certificate authorities: \(escaped(fault))"
        default: reason
        }
    }

    private var roadText: String {
        switch self {
        case .proxy(let proxy, let host, .unreachable(let cause)):
            "\(host): the proxy \(escaped(proxy)) does not take connections: \(escaped(cause))"
        case .proxy(let proxy, let host, .wantsCredential):
            "\(host): the proxy \(escaped(proxy)) wants a user name and a password, or others than it was given: "
                + "http://USER:PASSWORD@HOST:PORT"
        case .proxy(let proxy, let host, .opensNoWay):
            "\(host): the proxy \(escaped(proxy)) opens no way to it; does it allow CONNECT to this host and port?"
        case .unreachable(let host, let cause): "\(host): does not take connections: \(escaped(cause))"
        case .unresolved(let host): "\(host): the name has no address; see the spelling and the name service"
        case .interrupted(let exchange, let cause): "\(exchange): the connection was lost: \(escaped(cause))"
        case .stalled(let exchange): "\(exchange): nothing came for the time of the stall limit"
        case .untrusted, .wrongName, .certificateOver, .certificateEarly, .clientCertificate, .clientPair,
            .certificates:
            certificateText
        case .handshake(let host, let cause): "\(host): TLS could not be agreed on: \(escaped(cause))"
        case .plainPort(let host):
            "\(host): this port does not speak TLS; if it speaks plain http, say so with --plain-http \(host)"
        case .tlsPort(let host): "\(host): this port speaks https; leave out --plain-http \(host)"
        case .unavailable(let exchange, let attempts): "\(exchange), \(attempts) times; try again later"
        case .rateLimited(let exchange, let wait):
            "\(exchange): asks for fewer requests"
                + (wait.map { " and a wait of \($0) seconds, more than --max-wait allows" }
                    ?? "; try again later")
        case .impatient(let error, let budget):
            "\(error.cause): the \(budget.components.seconds) seconds that this run may wait in all are used up; try "
                + "again later, or allow more with --wait-budget"
        case .redirectLoop(let host, let to): "\(host): redirects in a circle, to \(escaped(to)) again"
        case .redirectLimit(let host, let limit): "\(host): redirects more than \(limit) times"
        case .redirectDowngrade(let from, let to):
            "\(escaped(from)): redirects from https to plain http, \(escaped(to)); this is never followed"
        case .redirectRefused(let exchange, let to):
            "\(exchange): redirects to \(escaped(to)); only an export follows redirects"
        default: reason
        }
    }

    private var readingText: String {
        switch self {
        case .pullDigest(let host, let name, let asked, let found):
            "\(host): \(name): sent other bytes than asked for: asked \(asked), read \(found)"
        case .pullSize(let exchange, let digest, let expected):
            "\(exchange): \(digest) is longer than the \(expected) bytes that its descriptor promises"
        case .pullShort:
            "\(cause), at every attempt"
        case .pullStalled(let exchange, let digest, let found):
            "\(exchange): \(digest) stopped coming after \(found) bytes"
        case .pullEncoding(let exchange, let found):
            "\(exchange): sends content encoded as \(escaped(found)), though asked for identity"
        case .pullType(let exchange, let found):
            "\(exchange): sends " + (found.map { "\"\(escaped($0))\"" } ?? "no content type")
                + " where a manifest was asked for; is this a login page or a proxy?"
        case .tooLarge(let exchange, let limit): "\(exchange): the answer is longer than \(limit) bytes"
        case .absent(let exchange, let digest): "\(exchange): \(digest) is not there"
        case .page(let exchange, .loop): "\(exchange): the list's next page is one that was read before"
        case .page(let exchange, .origin(let to)):
            "\(exchange): the list's next page is on another host, \(escaped(to))"
        case .page(let exchange, .limit(let limit, let what)):
            "\(exchange): the list is longer than \(limit) \(what)"
        default: reason
        }
    }

    private var writingText: String {
        switch self {
        case .changed(let digest, let found):
            "\(digest): the bytes to send are no longer these: "
                + (found.map { "read \($0)" } ?? "they end too early")
        case .pushLocation(let exchange, let found):
            "\(exchange): "
                + (found.map { "its Location cannot be read: \(escaped(RequestURL.shown($0)))" }
                    ?? "names no Location for the upload")
        case .pushOrigin(let host, let to):
            "\(host): sends uploads to another host, \(escaped(to)); allow it with --companion-host"
        case .pushDowngrade(let host, let to):
            "\(host): sends uploads from https to plain http, \(escaped(to)); a proxy before the registry must set "
                + "X-Forwarded-Proto"
        case .pushSize(let host, let repository, let digest, let expected):
            "\(host): \(repository): \(digest) has another size there than its \(expected) bytes, also after it was sent"
        case .pushRange(let exchange, let digest, let sent, let reported):
            "\(exchange): \(digest): holds \(reported) bytes after \(sent) were sent"
        case .pushDigest(let exchange, let expected, let found):
            "\(exchange): \(expected): the registry read "
                + (found.map { "\"\(escaped($0))\"" } ?? "another digest")
        case .pushDisconnect(_, _, _, let attempts):
            "\(cause), \(attempts) times"
        case .refused(let refusal, let exchange): "\(exchange): \(refusal.hint)"
        case .referrersRace(let host, let repository, let tag):
            "\(host)/\(repository):\(tag): others keep writing this list; run again when they are done"
        default: reason
        }
    }
}

extension RegistryError {
    /// What the limit on bodies is called in the settings of those who often stand before a registry.
    static let bodyLimitHint =
        "nginx calls this limit client_max_body_size, its Kubernetes ingress proxy-body-size, Apache "
        + "LimitRequestBody, Traefik maxRequestBodyBytes"
}

extension RegistryError.Refusal {
    fileprivate var hint: String {
        switch self {
        case .readOnly: "the registry takes no writes; is it in read-only mode?"
        case .quota: "the registry has no room left; free some and run again"
        case .tooLarge:
            "this is larger than the registry, or a proxy before it, lets through; \(RegistryError.bodyLimitHint)"
        case .noRepository: "the repository or project must be created first"
        case .unknownBlob: "the registry misses a part of this manifest"
        case .immutableTag: "the tag cannot be moved"
        case .rejected: "the registry does not take this"
        case .reading: "the registry does not give this"
        case .accept: "does a proxy before the registry take the Accept header away?"
        case .notYet: "what was just written is not to be seen yet"
        }
    }
}
