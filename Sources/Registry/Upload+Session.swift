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

    /// Asks the registry to take the blob over from `other`. An answer of 202 has begun an upload instead; whatever else
    /// it says is no trouble, as the blob can still be sent.
    ///
    /// Nothing else asks for the right to read `other`, which a token service may refuse together with all the rest.
    func mount(from other: RepositoryName) async throws -> Mount {
        let url = connection.url(repository, "blobs/uploads/")
            .adding("mount", digest.description).adding("from", TokenService.encoded(other.text))
        let answer: Answer
        do {
            answer = try await connection.repeating(limit: Self.mountAttempts) {
                let answer = try await connection.send(Call("POST", url, scopes: scopes + [.pull(other)]))
                try await answer.discard()
                return answer
            }
        } catch is RegistryError {
            return .refused
        }
        switch answer.status {
        case 201:
            let said = answer.header("Docker-Content-Digest")
            guard said == nil || said == digest.description, try await isThere() else {
                connection.traffic.warn(
                    "\(connection.host): \(repository): mounting \(digest) from \(other) was not confirmed")
                return .refused
            }
            return .mounted
        case 202: return .session(try connection.session(begunBy: answer, to: url))
        default: return .refused
        }
    }

    private static let mountAttempts = 2

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
            resumed.location = try connection.uploadLocation(in: answer, to: session.location)
            resumed.held = last + 1
            return resumed
        } catch is RegistryError {
            return nil
        }
    }

    /// The end of `Range: 0-99`.
    static func lastByte(in answer: Answer) -> Int64? {
        guard let bounds = answer.header("Range")?.split(separator: "-", omittingEmptySubsequences: false),
            bounds.count == 2, bounds[0] == "0"
        else { return nil }
        return Int64(bounds[1])
    }
}
