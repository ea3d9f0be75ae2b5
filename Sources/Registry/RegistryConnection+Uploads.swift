import NIOHTTP1
package import OCI

extension RegistryConnection {
    /// Sees to it that a repository has a blob: it is there, or another repository lends it, or it is sent.
    ///
    /// The bytes are hashed while they are sent, and the upload is closed only if they are what `digest` names
    /// (`changed`). A lost connection begins the upload anew, since the common registries cannot go on with one.
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
        let scopes = [Scope.push(repository)] + (mountFrom.map { [.pull($0)] } ?? [])
        if askFirst, try await hasBlob(repository, digest: digest, size: body.size, scopes: scopes) {
            return .present
        }
        let upload = Upload(
            connection: self, repository: repository, digest: digest, body: body, scopes: scopes,
            onBytes: onBytes)
        return try await upload.push(mountFrom: mountFrom)
    }
}

/// One blob on its way into one repository.
struct Upload: Sendable {
    let connection: RegistryConnection
    let repository: RepositoryName
    let digest: Digest
    let body: any BlobBody
    let scopes: [Scope]
    let onBytes: @Sendable (Int) -> Void

    func push(mountFrom: RepositoryName?) async throws -> PushOutcome {
        var session: RequestURL?
        if let mountFrom {
            switch try await mount(from: mountFrom) {
            case .mounted: return .mounted
            case .session(let url): session = url
            case .refused: break
            }
        }
        var attempts = Attempts(connection.options, connection.traffic)
        var digestRefusals = 0
        var hasFailed = false
        while true {
            var location: RequestURL
            if let begun = session { location = begun } else { location = try await begin() }
            session = nil
            let isFirst = !hasFailed
            do {
                // A registry that stumbled over the short way is asked in the common one.
                if body.size <= connection.options.wholeUploadLimit, isFirst {
                    try await send(try whole(), to: location)
                } else {
                    try await transfer(to: &location)
                }
                return .uploaded
            } catch let trouble as PassingTrouble {
                hasFailed = true
                // The digest was right when it was sent, so the registry is given one more chance, not six.
                if case .pushDigest = trouble.error {
                    digestRefusals += 1
                    guard digestRefusals < 2 else { throw trouble.error }
                }
                try await attempts.next(after: trouble)
            } catch {
                await abandon(location)
                throw error
            }
            // The closing answer may be what was lost.
            if try await connection.hasBlob(repository, digest: digest, size: body.size, scopes: scopes) {
                return .uploaded
            }
        }
    }

    private enum Mount {
        case mounted
        case session(RequestURL)
        case refused
    }

    /// Asks the registry to take the blob over from `other`. An answer of 202 has begun an upload instead; any
    /// other refusal is no trouble, as the blob can still be sent.
    private func mount(from other: RepositoryName) async throws -> Mount {
        let url = connection.url(repository, "blobs/uploads/")
            .adding("mount", digest.description).adding("from", TokenService.encoded(other.text))
        let answer = try await connection.repeating {
            try await connection.send(Call("POST", url, scopes: scopes))
        }
        try await answer.discard()
        switch answer.status {
        case 201:
            let said = answer.header("Docker-Content-Digest")
            let isThere = try await connection.hasBlob(
                repository, digest: digest, size: body.size, scopes: scopes)
            guard said == nil || said == digest.description, isThere else {
                connection.traffic.warn(
                    "\(connection.host): \(repository): mounting \(digest) from \(other) had no effect")
                return .refused
            }
            return .mounted
        case 202: return .session(try location(in: answer))
        default: return .refused
        }
    }

    private func begin() async throws -> RequestURL {
        let call = Call("POST", connection.url(repository, "blobs/uploads/"), scopes: scopes)
        return try await connection.repeating {
            let answer = try await connection.send(call)
            guard answer.status == 202 else {
                let told = try await answer.refused()
                guard answer.status != 404 || told.error.code != nil else {
                    throw RegistryError.refused(.noRepository, told)
                }
                throw Refusals.error(told, writes: true, isPlain: connection.origin.scheme == .http)
            }
            try await answer.discard()
            return try location(in: answer)
        }
    }

    /// Sends the whole blob in one request and closes the upload with another.
    ///
    /// `location` moves on with each answer: the registries that keep an upload's state in it know only the last.
    private func transfer(to location: inout RequestURL) async throws {
        let pieces = BodyPieces(body: body, onBytes: onBytes)
        let headers: HTTPHeaders = ["Content-Type": "application/octet-stream"]
        let answer: Answer
        do {
            answer = try await connection.send(
                Call("PATCH", location, scopes: scopes, headers: headers, body: .pieces(pieces)))
        } catch {
            if let failure = pieces.record.failure { throw read(failure) }
            pieces.takeBack()
            throw lost(error)
        }
        guard [201, 202, 204].contains(answer.status) else {
            pieces.takeBack()
            throw try await refused(answer)
        }
        try await answer.discard()
        location = try self.location(in: answer)
        guard pieces.record.count == body.size else { throw RegistryError.changed(digest, found: nil) }
        let sent = pieces.record.finish()
        guard sent == digest else { throw RegistryError.changed(digest, found: sent) }
        do {
            try checkRange(answer)
            try await close(location)
        } catch {
            if error is PassingTrouble { pieces.takeBack() }
            throw error
        }
    }

    /// A small blob, read and hashed before anything of it is sent.
    private func whole() throws -> [UInt8] {
        var failure: (any Error)?
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(body.size)) { buffer, count in
            do {
                count = try body.read(at: 0, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        let found = Digest(of: bytes)
        guard found == digest else { throw RegistryError.changed(digest, found: found) }
        return bytes
    }

    /// Sends a small blob with the request that closes the upload: one request less for each of the many small files.
    ///
    /// OCI distribution-spec 1.1.1, "POST then PUT".
    private func send(_ bytes: [UInt8], to location: RequestURL) async throws {
        onBytes(bytes.count)
        do {
            try await close(location, with: bytes)
        } catch {
            if error is PassingTrouble { onBytes(-bytes.count) }
            throw error
        }
    }

    private func close(_ location: RequestURL, with bytes: [UInt8]? = nil) async throws {
        var call = Call("PUT", location.adding("digest", digest.description), scopes: scopes)
        if let bytes {
            call.headers = ["Content-Type": "application/octet-stream"]
            call.body = .bytes(bytes)
        }
        let answer: Answer
        do {
            answer = try await connection.send(call)
        } catch {
            throw lost(error)
        }
        guard [200, 201, 204].contains(answer.status) else { throw try await refused(answer) }
        try await answer.discard()
        if let said = answer.header("Docker-Content-Digest"), said != digest.description {
            throw RegistryError.pushDigest(answer.exchange, expected: digest, found: said)
        }
    }

    private func refused(_ answer: Answer) async throws -> any Error {
        let told = try await answer.refused()
        switch told.error.code {
        case "DIGEST_INVALID":
            return PassingTrouble(error: .pushDigest(told, expected: digest, found: nil))
        case "BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID":
            return PassingTrouble(error: .refused(.rejected, told))
        default:
            return Refusals.error(told, writes: true, isPlain: connection.origin.scheme == .http)
        }
    }

    /// Distribution reports `0-0` for one byte as well as for none, and ECR (201) a stale range, so these say
    /// nothing.
    private func checkRange(_ answer: Answer) throws {
        guard answer.status == 202, body.size > 1, let text = answer.header("Range") else { return }
        let bounds = text.split(separator: "-")
        guard bounds.count == 2, let end = Int64(bounds[1]), end + 1 != body.size else { return }
        throw PassingTrouble(
            error: .pushRange(answer.exchange, digest: digest, sent: body.size, reported: end + 1))
    }

    /// Where the upload goes on: on the registry itself, or on a companion that the user named.
    private func location(in answer: Answer) throws(RegistryError) -> RequestURL {
        try UploadLocation.resolve(
            answer.header("Location"), asked: connection.url(repository, "blobs/uploads/"),
            companions: connection.options.companionHosts, exchange: answer.exchange)
    }

    /// What a failure of the body's reader means. Its own errors come out as they are.
    private func read(_ failure: any Error) -> any Error {
        failure is BodyPieces.ShortBody ? RegistryError.changed(digest, found: nil) : failure
    }

    private func lost(_ error: any Error) -> any Error {
        guard let trouble = error as? PassingTrouble else { return error }
        guard case .interrupted(let exchange, _) = trouble.error else { return error }
        return PassingTrouble(
            error: .pushDisconnect(
                exchange, digest: digest, size: body.size, attempts: connection.options.maximumAttempts))
    }

    /// Tells the registry that the upload will not be finished. Nothing depends on it: many registries want a right
    /// for it that nobody has, and all of them tidy up on their own.
    private func abandon(_ location: RequestURL) async {
        _ = try? await connection.send(Call("DELETE", location, scopes: scopes)).discard()
    }
}
