package import OCI

extension RegistryConnection {
    /// How a registry wants to be told who is there.
    package enum Authentication: Hashable, Sendable {
        case basic
        /// The address without its query.
        case bearer(tokenService: String)
    }

    /// What the registry asked for so far; nothing while it has not asked.
    package var authentication: Authentication? {
        get async {
            guard let challenge = await authorizer.challenge else { return nil }
            guard challenge.scheme == "bearer" else { return .basic }
            let realm = challenge.parameters["realm"] ?? ""
            return .bearer(tokenService: KnownSecrets.hidden(in: RequestURL.shown(realm)))
        }
    }

    /// What is known of a right after it was tried.
    package enum UploadTrial: Hashable, Sendable {
        /// An upload was begun, and is gone again.
        case cancelled
        /// An upload was begun; the registry does not let this user cancel it and drops it in its own time.
        case left
    }

    /// Begins an upload of nothing and cancels it: the one way to see whether a registry lets something be pushed
    /// that leaves nothing there.
    ///
    /// OCI distribution-spec 1.1.1, "Pushing a blob monolithically".
    package func tryUpload(into repository: RepositoryName) async throws -> UploadTrial {
        let scopes = [Scope.push(repository)]
        let asked = url(repository, "blobs/uploads/")
        let location = try await repeating {
            let answer = try await send(Call("POST", asked, scopes: scopes))
            guard answer.status == 202 else { throw try await refusal(answer, writes: true) }
            try await answer.discard()
            return try uploadLocation(in: answer, to: asked)
        }
        do {
            let answer = try await send(Call("DELETE", location, scopes: scopes))
            try await answer.discard()
            return (200...299).contains(answer.status) ? .cancelled : .left
        } catch {
            // Only the right to push was asked about, and many registries give nobody the right to cancel.
            return .left
        }
    }
}
