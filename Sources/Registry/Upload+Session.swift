import NIOHTTP1
import OCI

extension Upload {
    /// An upload that the registry has begun.
    struct Session: Sendable {
        /// Moves on with each answer: the registries that keep an upload's state in it know only the last.
        var location: RequestURL
        /// How many bytes the registry has, as far as it said or took them.
        var held: Int64 = 0
        /// The least that the registry takes at a time, the last time excepted.
        var minimumChunk: Int64 = 0
        /// Whether what the registry says of its progress can be believed; ECR's word stays at the first chunk.
        var isTruthful = true
        /// How often it broke since it last grew.
        var standstills = 0
    }

    enum Mount {
        case mounted
        case session(Session)
        case refused
    }

    /// Asks the registry to take the blob over from `other`. An answer of 202 has begun an upload instead; any
    /// other refusal is no trouble, as the blob can still be sent.
    func mount(from other: RepositoryName) async throws -> Mount {
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
        case 202: return .session(try session(begunBy: answer))
        default: return .refused
        }
    }

    func begin() async throws -> Session {
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
            return try session(begunBy: answer)
        }
    }

    private func session(begunBy answer: Answer) throws(RegistryError) -> Session {
        let minimum = answer.header("OCI-Chunk-Min-Length").flatMap { Int64($0) } ?? 0
        return Session(location: try location(in: answer), minimumChunk: max(0, minimum))
    }

    /// What the registry holds of a session that broke, or nothing where it cannot go on with it.
    ///
    /// distribution 2.8 has forgotten the session then, as it knows only the last of its locations; distribution 3 and zot say
    /// how far they came. `0-0` may mean one byte or none, so it is no help.
    ///
    /// OCI distribution-spec 1.1.1, "Pushing a blob in chunks".
    func status(of session: Session) async throws -> Session? {
        do {
            let answer = try await connection.send(Call("GET", session.location, scopes: scopes))
            try await answer.discard()
            guard answer.status == 204, let last = Self.lastByte(in: answer), last > 0, last < body.size
            else {
                return nil
            }
            var resumed = session
            resumed.location = try location(in: answer)
            resumed.held = last + 1
            return resumed
        } catch is PassingTrouble {
            return nil
        } catch is RegistryError {
            return nil
        }
    }

    /// Tells the registry that the upload will not be finished. Nothing depends on it: many registries want a right
    /// for it that nobody has, and all of them tidy up on their own.
    func abandon(_ location: RequestURL) async {
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
