import NIOHTTP1
import StrictJSON

/// A token and how long it may be used.
struct BearerToken: Sendable {
    let text: String
    /// When a new one should be fetched, by this machine's own clock: those of isolated networks disagree.
    let renewal: ContinuousClock.Instant
    /// With whose credential it was got.
    let sender: Exchange.Sender

    init(text: String, lifetime: Int64, from now: ContinuousClock.Instant, sender: Exchange.Sender) {
        self.text = text
        self.sender = sender
        let seconds = min(max(60, lifetime), 86_400)
        renewal = now + .seconds(seconds) * 0.8
        KnownSecrets.add(token: text)
    }

    var authorization: Authorizer.Authorization {
        Authorizer.Authorization(value: "Bearer " + text, sender: sender)
    }
}

/// Fetches tokens from the service that a registry names.
///
/// distribution, "Token Authentication Specification" and "OAuth2 Token Authentication".
struct TokenService: Sendable {
    let requester: Requester
    let realm: RequestURL
    let service: String?
    let scopes: [String]
    let match: CredentialStore.Match?

    private static let maximumSize = 65_536

    /// - Parameter addresses: the only ones to connect to; nothing where the name decides.
    func fetch(at addresses: [NetworkAddress]?) async throws -> BearerToken {
        // Before the service has counted its own: a token is never taken for younger than it is.
        let began = requester.options.now()
        if case .identityToken(let token) = match?.credential.kind {
            let answer = try await requester.send(refreshing(token).at(addresses))
            // Such a service knows no OAuth2 and may still give what everybody gets.
            if answer.status != 404, answer.status != 405 { return try await read(answer, began) }
            try await answer.discard()
        }
        return try await read(requester.send(asking.at(addresses)), began)
    }

    private var asking: OutgoingRequest {
        var url = realm
        if let service { url = url.adding("service", Self.encoded(service)) }
        for scope in scopes { url = url.adding("scope", Self.encoded(scope)) }
        var request = OutgoingRequest(method: "GET", url: url)
        request.carry(match?.basic)
        return request
    }

    private func refreshing(_ token: String) -> OutgoingRequest {
        var fields = [
            ("grant_type", "refresh_token"), ("client_id", "cgbundle"), ("refresh_token", token),
            ("scope", scopes.joined(separator: " ")),
        ]
        if let service { fields.append(("service", service)) }
        let form = fields.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
        return OutgoingRequest(
            method: "POST", url: realm, headers: ["Content-Type": "application/x-www-form-urlencoded"],
            body: .bytes(Array(form.utf8)), sender: match?.sender ?? .nobody)
    }

    private func read(_ answer: Answer, _ began: ContinuousClock.Instant) async throws -> BearerToken {
        let exchange = answer.exchange
        guard (200...299).contains(answer.status) else {
            let told = try await answer.refused()
            throw [400, 401, 403].contains(told.status)
                ? RegistryError.denied(told) : .token(told, fault: "no answer that is known")
        }
        guard let bytes = try await answer.content(upTo: Self.maximumSize) else {
            throw RegistryError.token(exchange, fault: "more than \(Self.maximumSize) bytes")
        }
        do {
            let root = try StrictJSON.parseObject(
                bytes, name: "token of \(exchange.host)", limits: JSONLimits(bytes: Self.maximumSize))
            // Some services write both names, and one of them with nothing in it.
            let texts = try ["token", "access_token"].compactMap { try root.optional($0) }
                .filter { !$0.isNull }.map { try $0.string() }
            let text = texts.first { !$0.isEmpty } ?? ""
            let lifetime =
                try root.optional("expires_in").flatMap { $0.isNull ? nil : try $0.integer() } ?? 60
            guard !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                throw RegistryError.token(exchange, fault: "none in the answer")
            }
            return BearerToken(text: text, lifetime: lifetime, from: began, sender: exchange.sender)
        } catch let error as JSONError {
            throw RegistryError.token(exchange, fault: error.reason)
        }
    }

    /// RFC 3986, "Percent-Encoding": everything but unreserved characters.
    static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            let isLetter = (0x61...0x7a).contains(byte | 0x20)
            if isLetter || (0x30...0x39).contains(byte) || [0x2d, 0x2e, 0x5f, 0x7e].contains(byte) {
                bytes.append(byte)
            } else {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
