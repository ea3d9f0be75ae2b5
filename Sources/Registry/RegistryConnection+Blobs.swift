package import OCI

extension RegistryConnection {
    /// Whether the registry says that it has the blob. It is a hint: the proof is that it takes a manifest.
    ///
    /// A redirect, 307 with distribution and 302 with Pulp, counts as yes: both look before they redirect. Another size counts
    /// as no, so that the blob is uploaded again.
    package func hasBlob(_ repository: RepositoryName, digest: Digest, size: Int64) async throws -> Bool {
        try await hasBlob(repository, digest: digest, size: size, scopes: [.pull(repository)])
    }

    func hasBlob(
        _ repository: RepositoryName, digest: Digest, size: Int64, scopes: [Scope]
    ) async throws -> Bool {
        let call = Call("HEAD", url(repository, "blobs/\(digest)"), scopes: scopes)
        return try await repeating {
            let answer = try await send(call)
            guard [200, 404].contains(answer.status) || RedirectPolicy.isRedirect(answer.status) else {
                throw try await refusal(answer, retrying: call)
            }
            try await answer.discard()
            guard answer.status == 200,
                let found = answer.header("Content-Length").flatMap({ Int64($0) }), found != size
            else { return answer.status != 404 }
            oddSizes.add(digest, in: repository)
            return false
        }
    }
}
