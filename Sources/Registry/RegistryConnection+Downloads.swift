import NIOHTTP1
package import OCI

extension RegistryConnection {
    /// Hands on the bytes of a blob from `offset` on, in order and each once.
    ///
    /// Never more than `size` bytes in all (`pull.size`). A connection that is lost is made again and goes on behind
    /// the last byte; a registry that does not know ranges is read from its beginning. **The caller hashes**: only
    /// the digest of everything shows that the parts belong together.
    ///
    /// OCI distribution-spec 1.1.1, "Pulling blobs"; RFC 9110, "Range Requests".
    package func pullBlob(
        _ repository: RepositoryName, digest: Digest, size: Int64, from offset: Int64 = 0,
        into sink: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        // A range that begins at the end is answered by some with a length that never comes.
        guard offset < size || size == 0 else { return }
        var download = Download(
            connection: self, repository: repository, digest: digest, size: size, done: offset)
        var attempts = Attempts(options, traffic)
        while true {
            let begun = download.done
            do {
                return try await download.run(sink)
            } catch let trouble as PassingTrouble {
                // What broke may have been only the end of the transfer, behind the last byte.
                guard download.done < size || size == 0 else { return }
                if download.done - begun >= Self.progress { attempts.restart() }
                try await attempts.next(after: trouble)
            }
        }
    }

    /// What must have come for a lost connection not to count against the limit.
    private static let progress: Int64 = 1 << 20
}

/// One blob on its way here, over as many connections as it takes.
private struct Download {
    let connection: RegistryConnection
    let repository: RepositoryName
    let digest: Digest
    let size: Int64
    /// How many bytes were handed on.
    private(set) var done: Int64
    /// What the bytes that came so far were called by who sent them (RFC 9110, "ETag").
    private var tag: String?

    init(connection: RegistryConnection, repository: RepositoryName, digest: Digest, size: Int64, done: Int64)
    {
        self.connection = connection
        self.repository = repository
        self.digest = digest
        self.size = size
        self.done = done
    }

    mutating func run(_ sink: (UnsafeRawBufferPointer) throws -> Void) async throws {
        if try await goOn(sink) { return }
        let whole = try await ask(from: 0)
        guard whole.status == 200 else { throw try await connection.refusal(whole) }
        try await hand(on: whole, from: 0, sink)
    }

    /// Reads on behind what was handed on, or says that what came is another part than was asked for, or one of
    /// something else. It is then thrown away with its connection, and everything must be read again.
    private mutating func goOn(_ sink: (UnsafeRawBufferPointer) throws -> Void) async throws -> Bool {
        let answer = try await ask(from: done)
        guard let start = try await start(of: answer) else { return false }
        try await hand(on: answer, from: start, sink)
        return true
    }

    private func ask(from offset: Int64) async throws -> Answer {
        let headers: HTTPHeaders = offset > 0 ? ["Range": "bytes=\(offset)-"] : [:]
        let answer = try await connection.send(
            Call(
                "GET", connection.url(repository, "blobs/\(digest)"), scopes: [.pull(repository)],
                headers: headers,
                mayRedirect: true))
        try connection.checkEncoding(answer)
        return answer
    }

    /// The offset at which the answer's body begins, or nothing if it is a part that was not asked for.
    private func start(of answer: Answer) async throws -> Int64? {
        switch answer.status {
        case 200: return 0
        case 206:
            let range = answer.header("Content-Range").flatMap(ContentRange.init)
            let isRest = done > 0 && range?.start == done && (range?.total ?? size) == size
            return isRest && isOfTheSame(answer) ? done : nil
        case 404: throw RegistryError.absent(try await answer.refused(), digest: digest)
        case 416: return nil
        default: throw try await connection.refusal(answer)
        }
    }

    private func isOfTheSame(_ answer: Answer) -> Bool {
        guard let tag, let found = answer.header("ETag") else { return true }
        return tag == found
    }

    private mutating func hand(
        on answer: Answer, from start: Int64, _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        if answer.status == 200 {
            tag = answer.header("ETag")
            guard (answer.header("Content-Length").flatMap { Int64($0) } ?? 0) <= size else {
                throw RegistryError.pullSize(answer.exchange, digest: digest, expected: size)
            }
        }
        var position = start
        do {
            try await answer.response.body.forEach { piece in
                let end = position + Int64(piece.count)
                // The size is compared first, so an endless blob costs one piece and not a disk.
                guard end <= size else {
                    throw RegistryError.pullSize(answer.exchange, digest: digest, expected: size)
                }
                let known = Int(max(0, min(Int64(piece.count), done - position)))
                position = end
                guard known < piece.count else { return }
                try sink(UnsafeRawBufferPointer(rebasing: piece[known...]))
                done = end
            }
        } catch let failure as TransportFailure {
            throw PassingTrouble(
                error: failure == .stalled
                    ? .pullStalled(answer.exchange, digest: digest, found: done)
                    : .pullShort(answer.exchange, digest: digest, expected: size, found: done))
        }
        guard position == size else {
            throw PassingTrouble(
                error: .pullShort(answer.exchange, digest: digest, expected: size, found: done))
        }
    }
}
