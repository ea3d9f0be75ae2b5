import NIOHTTP1
package import OCI

extension RegistryConnection {
    /// Whether the registry says that it has the blob. It is a hint: the proof is that it takes a manifest.
    ///
    /// A redirect counts as yes, because distribution looks before it redirects. Another size counts as no, so
    /// that the blob is uploaded again.
    package func hasBlob(_ repository: RepositoryName, digest: Digest, size: Int64) async throws -> Bool {
        try await hasBlob(repository, digest: digest, size: size, scopes: [.pull(repository)])
    }

    func hasBlob(
        _ repository: RepositoryName, digest: Digest, size: Int64, scopes: [Scope]
    ) async throws -> Bool {
        let call = Call("HEAD", url(repository, "blobs/\(digest)"), scopes: scopes)
        return try await repeating {
            let answer = try await send(call)
            try await answer.discard()
            switch answer.status {
            case 200: return answer.header("Content-Length").flatMap { Int64($0) }.map { $0 == size } ?? true
            case 307: return true
            case 404: return false
            default: throw try await refusal(answer, retrying: call)
            }
        }
    }

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
        var attempts = Attempts(options, traffic)
        var done = offset
        while true {
            let begun = done
            do {
                return try await pull(repository, digest, size, &done, sink)
            } catch let trouble as PassingTrouble {
                if done - begun >= Self.progress { attempts.restart() }
                try await attempts.next(after: trouble)
            }
        }
    }

    /// What must have come for a lost connection not to count against the limit.
    private static let progress: Int64 = 1 << 20

    private func pull(
        _ repository: RepositoryName, _ digest: Digest, _ size: Int64, _ done: inout Int64,
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        let answer = try await blob(repository, digest, from: done)
        try checkEncoding(answer)
        let start = try await start(of: answer, digest, wanted: done, size: size)
        guard let start else {
            // What came is another part than was asked for. It is thrown away, and everything is read again.
            let whole = try await blob(repository, digest, from: 0)
            try checkEncoding(whole)
            guard whole.status == 200 else { throw try await refusal(whole) }
            return try await hand(on: whole, from: 0, digest, size, &done, sink)
        }
        try await hand(on: answer, from: start, digest, size, &done, sink)
    }

    private func blob(_ repository: RepositoryName, _ digest: Digest, from offset: Int64) async throws
        -> Answer
    {
        let headers: HTTPHeaders = offset > 0 ? ["Range": "bytes=\(offset)-"] : [:]
        let call = Call(
            "GET", url(repository, "blobs/\(digest)"), scopes: [.pull(repository)], headers: headers,
            mayRedirect: true)
        return try await send(call)
    }

    /// The offset at which the answer's body begins, or nothing if it is a part that was not asked for.
    private func start(
        of answer: Answer, _ digest: Digest, wanted: Int64, size: Int64
    ) async throws -> Int64? {
        switch answer.status {
        case 200: return 0
        case 206:
            let range = answer.header("Content-Range").flatMap(ContentRange.init)
            return wanted > 0 && range?.start == wanted && (range?.total ?? size) == size ? wanted : nil
        case 404: throw RegistryError.absent(try await answer.refused(), digest: digest)
        case 416: return nil
        default: throw try await refusal(answer)
        }
    }

    private func hand(
        on answer: Answer, from start: Int64, _ digest: Digest, _ size: Int64, _ done: inout Int64,
        _ sink: (UnsafeRawBufferPointer) throws -> Void
    ) async throws {
        if answer.status == 200, let announced = answer.header("Content-Length").flatMap({ Int64($0) }),
            announced > size
        {
            throw RegistryError.pullSize(answer.exchange, digest: digest, expected: size)
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

/// `bytes 0-99/200` (RFC 9110, "Content-Range").
struct ContentRange: Hashable {
    let start: Int64
    let end: Int64
    /// Nothing where the sender does not know it.
    let total: Int64?

    init?(_ text: String) {
        let words = text.split(separator: " ")
        guard words.count == 2, words[0].lowercased() == "bytes" else { return nil }
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        let bounds = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, bounds.count == 2, let start = Int64(bounds[0]), let end = Int64(bounds[1]),
            start >= 0, end >= start
        else { return nil }
        self.start = start
        self.end = end
        total = parts[1] == "*" ? nil : Int64(parts[1])
        guard parts[1] == "*" || total != nil else { return nil }
    }
}
