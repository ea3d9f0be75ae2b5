import NIOHTTP1
package import OCI

extension RegistryConnection {
    static let maximumPages = 1000
    static let maximumReferrers = 100_000

    /// Whether the registry keeps lists of referrers itself for this repository.
    ///
    /// Only an index as the answer counts: some registries send `OCI-Subject` without having the API, others a page
    /// with status 200. A repository that does not exist yet is not remembered as being without it.
    ///
    /// OCI distribution-spec 1.1.1, "Listing Referrers".
    package func referrersAPIIsSupported(_ repository: RepositoryName) async throws -> Bool {
        if let known = listing[repository] { return known }
        let nobody = Digest(sha256: [UInt8](repeating: 0, count: 32))
        let call = referrersCall(repository, url(repository, "referrers/\(nobody)"))
        return try await repeating {
            let answer = try await send(call)
            if isIndex(answer) {
                try await answer.discard()
                listing[repository] = true
                return true
            }
            let told = try await answer.refused()
            guard isWithoutAPI(told) else {
                throw Refusals.error(told, writes: false, isPlain: origin.scheme == .http)
            }
            if told.error.code != "NAME_UNKNOWN" { listing[repository] = false }
            return false
        }
    }

    /// What refers to `subject`, as the registry lists it through its API or under the fallback tag.
    package func referrers(_ repository: RepositoryName, of subject: Digest) async throws -> [Descriptor] {
        if listing[repository] != false, let listed = try await listed(repository, subject) { return listed }
        let found = try await manifest(repository, .tag(Tag(referrersOf: subject)))
        guard let found, found.mediaType.kind == .index else { return [] }
        return try ManifestDocument(
            found.bytes, name: "\(host)/\(repository):\(Tag(referrersOf: subject))",
            mediaType: found.mediaType
        ).manifests
    }

    /// All pages of the API's list, or nothing where there is no API.
    private func listed(_ repository: RepositoryName, _ subject: Digest) async throws -> [Descriptor]? {
        var entries: [Descriptor] = []
        var seen: Set<RequestURL> = []
        var next: RequestURL? = url(repository, "referrers/\(subject)")
        while let page = next {
            let read = try await repeating {
                try await self.page(repository, page, isFirst: seen.isEmpty)
            }
            guard let (found, link, exchange) = read else { return nil }
            entries += found
            seen.insert(page)
            guard entries.count <= Self.maximumReferrers else {
                throw RegistryError.page(exchange, .limit(Self.maximumReferrers, "entries"))
            }
            guard seen.count <= Self.maximumPages else {
                throw RegistryError.page(exchange, .limit(Self.maximumPages, "pages"))
            }
            next = try link.map { (link) throws(RegistryError) in
                guard let url = page.resolving(link), url.origin == origin else {
                    throw .page(exchange, .origin(page.resolving(link)?.shown ?? RequestURL.shown(link)))
                }
                guard !seen.contains(url) else { throw .page(exchange, .loop) }
                return url
            }
        }
        return entries
    }

    private typealias Page = (entries: [Descriptor], next: String?, exchange: Exchange)

    /// One page, or nothing where the answer to the first says that there is no API. A later one that is missing would cut
    /// the list short, and what it names would be left out in silence.
    private func page(_ repository: RepositoryName, _ url: RequestURL, isFirst: Bool) async throws -> Page? {
        let answer = try await send(referrersCall(repository, url))
        guard isIndex(answer) else {
            let told = try await answer.refused()
            guard isFirst || told.status != 200 else {
                throw RegistryError.pullType(told, found: Self.mediaType(answer))
            }
            guard isFirst, isWithoutAPI(told) else {
                throw Refusals.error(told, writes: false, isPlain: origin.scheme == .http)
            }
            return nil
        }
        try checkEncoding(answer)
        guard let bytes = try await answer.content(upTo: Self.maximumManifest) else {
            throw RegistryError.tooLarge(answer.exchange, limit: Self.maximumManifest)
        }
        listing[repository] = true
        let document = try ManifestDocument(bytes, name: "\(host): \(url.path)", mediaType: .ociIndex)
        return (document.manifests, LinkHeader.next(answer.response.headers["Link"]), answer.exchange)
    }

    private func referrersCall(_ repository: RepositoryName, _ url: RequestURL) -> Call {
        Call("GET", url, scopes: [.pull(repository)], headers: ["Accept": MediaType.ociIndex.text])
    }

    private func isIndex(_ answer: Answer) -> Bool {
        answer.status == 200 && Self.mediaType(answer) == MediaType.ociIndex.text
    }

    /// Whether an answer that is no index says that there is no API, rather than that somebody may not ask.
    private func isWithoutAPI(_ told: Exchange) -> Bool {
        [200, 400, 404, 405, 406, 501].contains(told.status ?? 0)
    }
}
