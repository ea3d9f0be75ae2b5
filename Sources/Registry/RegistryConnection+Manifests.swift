import NIOHTTP1
package import OCI

extension RegistryConnection {
    static let maximumManifest = ManifestDocument.maximumSize

    /// How often something is looked for that was written a moment ago: registries over replicated storage may need some
    /// seconds to see it themselves.
    static let attemptsAtNew = 4

    /// All four types are always named: without them a registry says 404 of a manifest that is there.
    static let manifestHeaders: HTTPHeaders = [
        "Accept": [MediaType.ociIndex, .ociManifest, .dockerIndex, .dockerManifest].map(\.text)
            .joined(separator: ", ")
    ]

    /// The manifest of that name, or nothing where the registry has none.
    ///
    /// Refuses other bytes than a digest names (`pull.digest`), more than 4 MiB, encoded content, and pages that
    /// are not manifests (`pull.contenttype`). What the registry says in `Docker-Content-Digest` decides nothing.
    ///
    /// - Parameter isNew: whether it was written a moment ago, so that a registry which does not see it yet is asked again.
    ///
    /// OCI distribution-spec 1.1.1, "Pulling manifests".
    package func manifest(
        _ repository: RepositoryName, _ reference: ManifestReference, isNew: Bool = false
    ) async throws -> FetchedManifest? {
        guard isNew else { return try await fetched(repository, reference) }
        do {
            return try await repeating(limit: Self.attemptsAtNew) {
                if let found = try await fetched(repository, reference) { return found }
                let exchange = Exchange(
                    host: host.description, method: "GET", path: "/v2/\(repository)/manifests/\(reference)",
                    status: 404)
                throw PassingTrouble(error: .refused(.notYet, exchange))
            }
        } catch RegistryError.refused(.notYet, _) {
            return nil
        }
    }

    func fetched(
        _ repository: RepositoryName, _ reference: ManifestReference, limit: Int = .max
    ) async throws -> FetchedManifest? {
        let call = Call(
            "GET", url(repository, "manifests/\(reference)"), scopes: [.pull(repository)],
            headers: Self.manifestHeaders, mayRedirect: true)
        return try await repeating(limit: limit) {
            let answer = try await send(call)
            if answer.status == 404 {
                let told = try await answer.refused()
                // It is there, and a proxy took our list of types away.
                guard !told.error.wording.contains("accept header") else {
                    throw RegistryError.refused(.accept, told)
                }
                return nil
            }
            guard answer.status == 200 else { throw try await refusal(answer) }
            try checkEncoding(answer)
            let type = Self.mediaType(answer)
            guard let type, type.hasPrefix("application/") else {
                throw RegistryError.pullType(answer.exchange, found: type)
            }
            guard let bytes = try await answer.content(upTo: Self.maximumManifest) else {
                throw RegistryError.tooLarge(answer.exchange, limit: Self.maximumManifest)
            }
            return try checked(bytes, MediaType(type), answer, repository, reference)
        }
    }

    private func checked(
        _ bytes: [UInt8], _ type: MediaType, _ answer: Answer, _ repository: RepositoryName,
        _ reference: ManifestReference
    ) throws(RegistryError) -> FetchedManifest {
        let digest = Digest(of: bytes)
        if case .digest(let asked) = reference, asked != digest {
            throw .pullDigest(host: host.description, of: repository.text, asked: asked, found: digest)
        }
        if let said = answer.header("Docker-Content-Digest"), said != digest.description {
            traffic.warn("\(host): \(repository): Docker-Content-Digest says \(said) of \(digest)")
        }
        return FetchedManifest(bytes: bytes, mediaType: type, digest: digest)
    }

    /// Writes a manifest under a digest or a tag, byte for byte.
    ///
    /// A registry that misses parts of it is asked again some times, as it may not see yet what was just written; then
    /// the refusal names them (`RegistryError.unknownParts`). A tag that cannot be moved and names the manifest already is
    /// content: registries refuse that too, as after an answer that was lost.
    ///
    /// OCI distribution-spec 1.1.1, "Pushing Manifests".
    package func putManifest(
        _ repository: RepositoryName, _ reference: ManifestReference, bytes: [UInt8], mediaType: MediaType
    ) async throws {
        let digest = Digest(of: bytes)
        if case .digest(let asked) = reference, asked != digest {
            throw RegistryError.changed(asked, found: digest)
        }
        let call = Call(
            "PUT", url(repository, "manifests/\(reference)"), scopes: [.push(repository)],
            headers: ["Content-Type": mediaType.text], body: .bytes(bytes))
        do {
            try await putPatiently(call, digest, isTag: reference.isTag)
        } catch RegistryError.refused(.immutableTag, let told) {
            // Where this question fails too, what the refusal said is worth more.
            guard case .tag(let tag) = reference, let found = try? await self.digest(repository, of: tag),
                found == digest
            else { throw RegistryError.refused(.immutableTag, told) }
        }
    }

    private func putPatiently(_ call: Call, _ digest: Digest, isTag: Bool) async throws {
        var attemptsAtParts = Attempts(options, traffic, limit: Self.attemptsAtNew)
        while true {
            do {
                return try await repeating { try await put(call, digest, isTag: isTag) }
            } catch RegistryError.refused(.unknownBlob, let told) where [400, 404].contains(told.status) {
                try await attemptsAtParts.next(after: PassingTrouble(error: .refused(.unknownBlob, told)))
            }
        }
    }

    private func put(_ call: Call, _ digest: Digest, isTag: Bool) async throws {
        let answer = try await send(call)
        guard [200, 201, 202, 204].contains(answer.status) else {
            throw Refusals.error(
                try await answer.refused(), writes: true, writesTag: isTag, isPlain: origin.scheme == .http)
        }
        try await answer.discard()
        if let said = answer.header("Docker-Content-Digest"), said != digest.description {
            throw RegistryError.pushDigest(answer.exchange, expected: digest, found: said)
        }
    }

    func checkEncoding(_ answer: Answer) throws(RegistryError) {
        let encodings = answer.response.headers[canonicalForm: "Content-Encoding"].map { $0.lowercased() }
        guard let found = encodings.first(where: { $0 != "identity" }) else { return }
        throw .pullEncoding(answer.exchange, found: found)
    }

    /// The content type without its parameters, which belong to HTTP and not to the document.
    static func mediaType(_ answer: Answer) -> String? {
        guard let value = answer.header("Content-Type") else { return nil }
        let type = value.prefix { $0 != ";" }
        return type.split(whereSeparator: { $0 == " " || $0 == "\t" }).first?.lowercased()
    }
}
