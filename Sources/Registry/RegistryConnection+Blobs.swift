package import OCI

extension RegistryConnection {
    /// Returns `true` if the registry says that it has the blob. It is a hint: the proof is that it takes a manifest.
    ///
    /// A redirect, 307 with distribution and 302 with Pulp, counts as yes: both look before they redirect. Another size and every
    /// other answer, a server error after its retries included, count as no: the blob is uploaded then, and a registry that is
    /// not to be pushed to refuses the upload.
    package func hasBlob(_ repository: RepositoryName, digest: Digest, size: Int64) async throws -> Bool {
        try await hasBlob(repository, digest: digest, size: size, scopes: [.pull(repository)])
    }

    func hasBlob(
        _ repository: RepositoryName, digest: Digest, size: Int64, scopes: [Scope]
    ) async throws -> Bool {
        let call = Call("HEAD", url(repository, "blobs/\(digest)"), scopes: scopes)
        do {
            return try await repeating(limit: headFailures.limit) {
                let answer = try await send(call)
                try await answer.discard()
                if RedirectPolicy.isRedirect(answer.status) { return true }
                guard answer.status == 200 else { return false }
                guard let found = answer.header("Content-Length").flatMap({ Int64($0) }), found != size
                else { return true }
                oddSizes.add(digest, in: repository)
                return false
            }
        } catch RegistryError.unavailable {
            headFailures.note()
            return false
        }
    }
}
