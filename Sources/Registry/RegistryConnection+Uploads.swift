package import OCI

extension RegistryConnection {
    /// Sees to it that a repository has a blob: it is there, or another repository lends it, or it is sent.
    ///
    /// The bytes are hashed while they are sent, and the upload is closed only if they are what `digest` names
    /// (`changed`). After a lost connection the upload goes on where the registry says that it is, or begins anew where it does
    /// not say.
    ///
    /// - Parameters:
    ///   - askFirst: whether the registry is asked for the blob; `false` where the caller knows that it is missing.
    ///   - onBytes: is told of the bytes that were handed to the network; the bytes of an upload that is begun
    ///     anew are taken back by a negative number.
    ///
    /// OCI distribution-spec 1.1.1, "Pushing blobs" and "Mounting a blob from another repository".
    package func pushBlob(
        _ repository: RepositoryName, digest: Digest, body: any BlobBody, mountFrom: RepositoryName? = nil,
        askFirst: Bool = true, onBytes: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws -> PushOutcome {
        let scopes = [Scope.push(repository)]
        if askFirst, try await hasBlob(repository, digest: digest, size: body.size, scopes: scopes) {
            return .present
        }
        let upload = Upload(
            connection: self, repository: repository, digest: digest, body: body, scopes: scopes,
            onBytes: onBytes)
        let outcome = try await upload.push(mountFrom: mountFrom)
        try await checkSize(repository, digest: digest, size: body.size, scopes: scopes)
        return outcome
    }

    /// Asks again for a blob that the registry said to have in another size, now that it was sent the right one.
    private func checkSize(
        _ repository: RepositoryName, digest: Digest, size: Int64, scopes: [Scope]
    ) async throws {
        guard oddSizes.contains(digest, in: repository),
            try await !hasBlob(repository, digest: digest, size: size, scopes: scopes)
        else { return }
        throw RegistryError.pushSize(
            host: host.description, repository: repository, digest: digest, expected: size)
    }
}
