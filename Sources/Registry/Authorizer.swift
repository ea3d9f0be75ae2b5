import NIOHTTP1
import OCI

/// Keeps what one registry wants to see in `Authorization`, for all tasks that talk to it.
///
/// Nothing is sent before the registry has asked. A token is fetched once however many tasks wait for it.
actor Authorizer {
    private let host: RegistryHost
    private let namespace: RepositoryName?
    private let requester: Requester
    private let policy: RealmPolicy

    /// The registry's last words on how to authenticate.
    private(set) var challenge: Challenge?
    /// What was really asked for in place of some scopes, because the registry wanted more.
    private var widened: [[Scope]: [String]] = [:]
    private var tokens: [Key: Task<BearerToken, any Error>] = [:]

    private struct Key: Hashable {
        let realm: RequestURL
        let service: String?
        let scopes: Set<String>
        let credential: Credential?
    }

    /// - Parameter namespace: whose credential answers for what is about no repository.
    init(host: RegistryHost, namespace: RepositoryName?, origin: Origin, requester: Requester) {
        self.host = host
        self.namespace = namespace
        self.requester = requester
        policy = RealmPolicy(registry: origin, companions: requester.options.companionHosts)
    }

    /// What goes with a request.
    struct Authorization: Sendable {
        /// The header's value.
        let value: String
        /// Whose it is, or with whose credential it was got.
        let sender: Exchange.Sender
    }

    /// What goes with a request with these scopes, or nothing while the registry has not asked.
    func authorization(for scopes: [Scope]) async throws -> Authorization? {
        guard let challenge else { return nil }
        return try await value(challenge, scopes, replacing: nil)
    }

    /// Remembers how the registry asked, though nobody answers.
    func note(_ answer: Answer) {
        challenge =
            Challenge.chosen(of: Challenge.parse(answer.response.headers["WWW-Authenticate"])) ?? challenge
    }

    /// What goes with the request after `answer`, a 401, came for it with `used`.
    ///
    /// A registry that asks again for what it was just given denies (`auth.denied`), so nothing loops.
    func authorization(
        after answer: Answer, for scopes: [Scope], replacing used: String?
    ) async throws -> Authorization {
        let offered = Challenge.parse(answer.response.headers["WWW-Authenticate"])
        let told = try await answer.refused()
        guard let challenge = Challenge.chosen(of: offered) ?? (offered.isEmpty ? challenge : nil) else {
            throw RegistryError.challenge(told)
        }
        self.challenge = challenge
        requester.trace(
            "\(host): asks for \(challenge.scheme), scope \"\(challenge.parameters["scope"] ?? "")\"")
        if challenge.scheme == "bearer" {
            widened[scopes] = Scope.merged(scopes, with: challenge.scopes)
        }
        let next = try await value(challenge, scopes, replacing: used)
        guard let next, next.value != used else { throw RegistryError.denied(told) }
        return next
    }

    /// A credential that is no longer taken is asked for once more: a helper may have a newer one.
    private func value(_ challenge: Challenge, _ scopes: [Scope], replacing used: String?) async throws
        -> Authorization?
    {
        let known = try await match(for: scopes)
        let first: Result<Authorization?, RegistryError>
        do {
            let found = try await value(challenge, scopes, known, replacing: used)
            if found == nil || found?.value != used { return found }
            first = .success(found)
        } catch let error as RegistryError {
            guard case .denied = error else { throw error }
            first = .failure(error)
        }
        let fresh = try await match(for: scopes, isFresh: true)
        guard fresh != known else { return try first.get() }
        return try await value(challenge, scopes, fresh, replacing: used)
    }

    private func value(
        _ challenge: Challenge, _ scopes: [Scope], _ match: CredentialStore.Match?, replacing used: String?
    ) async throws -> Authorization? {
        guard challenge.scheme == "bearer" else { return match?.basic }
        if let match, case .registryToken(let token) = match.credential.kind {
            return Authorization(value: "Bearer " + token, sender: match.sender)
        }
        return try await bearer(challenge, scopes, match, replacing: used)
    }

    func hasCredential(for scopes: [Scope]) async throws -> Bool { try await match(for: scopes) != nil }

    private func match(for scopes: [Scope], isFresh: Bool = false) async throws -> CredentialStore.Match? {
        try await requester.options.credentials.match(
            for: host, repository: scopes.first?.repository ?? namespace, isFresh: isFresh)
    }

    private func bearer(
        _ challenge: Challenge, _ scopes: [Scope], _ match: CredentialStore.Match?, replacing used: String?
    ) async throws -> Authorization {
        let text = challenge.parameters["realm"] ?? ""
        guard let realm = RequestURL(text), policy.allows(realm) else {
            throw RegistryError.realm(host: host.description, realm: RequestURL.shown(text), address: nil)
        }
        let names = widened[scopes] ?? scopes.map(\.text)
        let service = TokenService(
            requester: requester, realm: realm, service: challenge.parameters["service"], scopes: names,
            match: match)
        let key = Key(
            realm: realm, service: service.service, scopes: Set(names), credential: match?.credential)
        if let running = tokens[key] {
            let token = try? await running.value
            // A token fetch that failed is made again here, where its error is thrown to the one who waits.
            if let token, token.renewal > requester.options.now(), token.authorization.value != used {
                return token.authorization
            }
            if tokens[key] == running { tokens[key] = nil }
        }
        let policy = policy
        let fetch = tokens[key] ?? Task { try await Self.fetched(by: service, policy) }
        tokens[key] = fetch
        return try await fetch.value.authorization
    }

    private static func fetched(by service: TokenService, _ policy: RealmPolicy) async throws -> BearerToken {
        let options = service.requester.options
        var attempts = Attempts(options, service.requester.traffic)
        while true {
            do {
                return try await service.fetch(
                    at: try await policy.addresses(of: service.realm, options))
            } catch let trouble as PassingTrouble {
                try await attempts.next(after: trouble)
            }
        }
    }
}
