import NIOHTTP1
import OCI

/// One blob on its way into one repository, over as many connections and sessions as it takes.
struct Upload: Sendable {
    let connection: RegistryConnection
    let repository: RepositoryName
    let digest: Digest
    let body: any BlobBody
    let scopes: [Scope]
    let onBytes: @Sendable (Int) -> Void

    /// An upload that the registry has begun.
    struct Session: Sendable {
        /// Moves on with each answer: the registries that keep an upload's state in it know only the last.
        var location: RequestURL
        /// How many bytes the registry says that it has.
        var held: Int64 = 0
    }

    func push(mountFrom other: RepositoryName?) async throws -> PushOutcome {
        var session: Session?
        if let other {
            switch try await mount(from: other) {
            case .mounted: return .mounted
            case .session(let begun): session = begun
            case .refused: break
            }
        }
        var attempts = Attempts(connection.options, connection.traffic)
        var digestRefusals = 0
        // A registry that stumbled over the short way is asked in the common one.
        var isWhole = body.size <= connection.options.wholeUploadLimit
        while true {
            var current: Session
            if let session { current = session } else { current = try await begin() }
            do {
                if isWhole {
                    try await sendWhole(to: current.location)
                } else {
                    try await transfer(&current)
                }
                return .uploaded
            } catch let trouble as PassingTrouble {
                // The digest was right when it was sent, so the registry is given one more chance, not six.
                if case .pushDigest = trouble.error {
                    digestRefusals += 1
                    guard digestRefusals < 2 else { throw trouble.error }
                }
                session = try await afterwards(trouble, of: current, isWhole: isWhole, &attempts)
                isWhole = false
                // The closing answer may be what was lost.
                if session == nil, try await isThere() {
                    onBytes(Int(body.size))
                    return .uploaded
                }
            } catch let error as RegistryError where isWhole && Self.isAboutMethod(error) {
                (session, isWhole) = (nil, false)
            } catch {
                await abandon(current.location)
                throw error
            }
        }
    }

    /// Whether a registry may have refused the short way as such: an old Artifactory says that it does not know the blob
    /// (github.com/docker/buildx/issues/196).
    private static func isAboutMethod(_ error: RegistryError) -> Bool {
        switch error {
        case .refused(.unknownBlob, let told), .refused(.noRepository, let told),
            .refused(.rejected, let told),
            .refused(.readOnly, let told):
            [404, 405].contains(told.status)
        default: false
        }
    }

    /// Waits, and sees whether the registry can go on with the upload where it broke.
    private func afterwards(
        _ trouble: PassingTrouble, of session: Session, isWhole: Bool, _ attempts: inout Attempts
    ) async throws -> Session? {
        do {
            try await attempts.next(after: trouble)
        } catch {
            await abandon(session.location)
            throw error
        }
        let resumed = isWhole ? nil : try await status(of: session)
        if let resumed, resumed.held - session.held >= Self.progress { attempts.restart() }
        onBytes(Int((resumed?.held ?? 0) - session.held))
        return resumed
    }

    /// What the registry must have got for a lost connection not to count against the limit. Bytes.
    private static let progress: Int64 = 1 << 20

    private func isThere() async throws -> Bool {
        try await connection.hasBlob(repository, digest: digest, size: body.size, scopes: scopes)
    }

    private enum Mount {
        case mounted
        case session(Session)
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
            guard said == nil || said == digest.description, try await isThere() else {
                connection.traffic.warn(
                    "\(connection.host): \(repository): mounting \(digest) from \(other) had no effect")
                return .refused
            }
            return .mounted
        case 202: return .session(Session(location: try location(in: answer)))
        default: return .refused
        }
    }

    private func begin() async throws -> Session {
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
            return Session(location: try location(in: answer))
        }
    }

    /// What the registry holds of a session that broke, or nothing where it cannot go on with it.
    ///
    /// distribution 2.8 has forgotten the session then, as it knows only the last of its locations; distribution 3 and zot say
    /// how far they came. `0-0` may mean one byte or none, so it is no help.
    ///
    /// OCI distribution-spec 1.1.1, "Pushing a blob in chunks".
    private func status(of session: Session) async throws -> Session? {
        do {
            let answer = try await connection.send(Call("GET", session.location, scopes: scopes))
            try await answer.discard()
            guard answer.status == 204, let last = Self.lastByte(in: answer), last > 0, last < body.size
            else {
                return nil
            }
            return Session(location: try location(in: answer), held: last + 1)
        } catch is PassingTrouble {
            return nil
        } catch is RegistryError {
            return nil
        }
    }

    /// Tells the registry that the upload will not be finished. Nothing depends on it: many registries want a right
    /// for it that nobody has, and all of them tidy up on their own.
    private func abandon(_ location: RequestURL) async {
        _ = try? await connection.send(Call("DELETE", location, scopes: scopes)).discard()
    }

    /// The end of `Range: 0-99`.
    static func lastByte(in answer: Answer) -> Int64? {
        guard let bounds = answer.header("Range")?.split(separator: "-", omittingEmptySubsequences: false),
            bounds.count == 2, bounds[0] == "0"
        else { return nil }
        return Int64(bounds[1])
    }

    /// Where the upload goes on: on the registry itself, or on a companion that the user named.
    func location(in answer: Answer) throws(RegistryError) -> RequestURL {
        try UploadLocation.resolve(
            answer.header("Location"), asked: connection.url(repository, "blobs/uploads/"),
            companions: connection.options.companionHosts, exchange: answer.exchange)
    }
}
