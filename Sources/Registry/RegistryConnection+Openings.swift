package import OCI

extension RegistryConnection {
    /// Begins an upload into a repository before there is anything to send, so that one that takes nothing is known before the
    /// first blob moves (`push.norepo`). The next upload into it goes on with this one, so it costs no request.
    ///
    /// ECR hangs up where there is no such repository (github.com/aws/containers-roadmap/issues/1970), so a registry that does so
    /// again and again is asked whether it knows the name.
    package func openUpload(into repository: RepositoryName) async throws {
        let scopes = [Scope.push(repository)]
        do {
            openUploads.add(
                try await beginUpload(into: repository, scopes: scopes, limit: 3), to: repository)
            return
        } catch let error as RegistryError {
            guard case .interrupted = error else { throw error }
            if let told = try await ignorance(of: repository) {
                throw RegistryError.refused(.noRepository, told)
            }
        }
        openUploads.add(try await beginUpload(into: repository, scopes: scopes), to: repository)
    }

    /// Tells the registry that the uploads that were begun and not used will not be finished.
    package func closeUnusedUploads() async {
        for (repository, session) in openUploads.takeAll() {
            await abandon(session, scopes: [.push(repository)])
        }
    }

    /// What the registry says where it does not know the name.
    private func ignorance(of repository: RepositoryName) async throws -> Exchange? {
        let call = Call("GET", url(repository, "tags/list").adding("n", "1"), scopes: [.pull(repository)])
        return try await repeating {
            let answer = try await send(call)
            guard answer.status == 404 else {
                try await answer.discard()
                return nil
            }
            let told = try await answer.refused()
            return told.error.code == "NAME_UNKNOWN" ? told : nil
        }
    }

    func beginUpload(into repository: RepositoryName, scopes: [Scope], limit: Int = .max) async throws
        -> Upload.Session
    {
        let call = Call("POST", url(repository, "blobs/uploads/"), scopes: scopes)
        return try await repeating(limit: limit) {
            let answer = try await send(call)
            guard answer.status == 202 else {
                let told = try await answer.refused()
                guard answer.status != 404 || told.error.code != nil else {
                    throw RegistryError.refused(.noRepository, told)
                }
                throw Refusals.error(told, writes: true, isPlain: origin.scheme == .http)
            }
            try await answer.discard()
            return try session(begunBy: answer, to: call.url)
        }
    }

    func session(begunBy answer: Answer, to asked: RequestURL) throws(RegistryError) -> Upload.Session {
        let minimum = answer.header("OCI-Chunk-Min-Length").flatMap { Int64($0) } ?? 0
        return Upload.Session(
            location: try uploadLocation(in: answer, to: asked), minimumChunk: max(0, minimum))
    }

    /// Where the upload goes on: on the registry itself, or on a companion that the user named.
    func uploadLocation(in answer: Answer, to asked: RequestURL) throws(RegistryError) -> RequestURL {
        try UploadLocation.resolve(
            answer.header("Location"), asked: asked, registry: origin, companions: options.companionHosts,
            exchange: answer.exchange)
    }

    /// Tells the registry that the upload will not be finished. Nothing depends on it: many registries want a right
    /// for it that nobody has, and all of them tidy up on their own.
    ///
    /// A run that was stopped says so too.
    func abandon(_ session: Upload.Session, scopes: [Scope]) async {
        await Task { _ = try? await send(Call("DELETE", session.location, scopes: scopes)).discard() }.value
    }
}
