package import OCI

extension RegistryConnection {
    /// The digest that a tag names now, or nothing if a `GET` of the tag says that there is none.
    ///
    /// Only the digest in an answer of 200 to `HEAD` counts. Some registries and proxies answer 404, 403, 405, 400 or 5xx to
    /// every `HEAD`, or leave the digest out; whatever else comes, the manifest itself is asked for.
    ///
    /// - Parameter isExpected: `false` where the tag is probably absent, so that `HEAD` would be one request more.
    package func digest(
        _ repository: RepositoryName, of tag: Tag, isExpected: Bool = true
    ) async throws -> Digest? {
        guard isExpected else { return try await fetched(repository, .tag(tag))?.digest }
        do {
            if let digest = try await answeredDigest(repository, of: tag) { return digest }
        } catch let failure as RegistryError {
            guard case .unavailable = failure else { throw failure }
            headFailures.note()
            do {
                return try await fetched(repository, .tag(tag), limit: Self.attemptsAfterHead)?.digest
            } catch RegistryError.unavailable {
                throw failure
            }
        }
        return try await fetched(repository, .tag(tag))?.digest
    }

    /// Attempts at a `GET` after all attempts at the `HEAD` were answered by a server error.
    private static let attemptsAfterHead = 2

    /// The digest that the answer to `HEAD` gives, or nothing if it gives none.
    private func answeredDigest(_ repository: RepositoryName, of tag: Tag) async throws -> Digest? {
        let call = Call(
            "HEAD", url(repository, "manifests/\(tag)"), scopes: [.pull(repository)],
            headers: Self.manifestHeaders)
        return try await repeating(limit: headFailures.limit) {
            let answer = try await send(call)
            try await answer.discard()
            guard answer.status == 200, let digest = answer.header("Docker-Content-Digest") else {
                return nil
            }
            return try? Digest(digest)
        }
    }
}
