import NIOHTTP1
import OCI

extension Upload {
    /// Sends what the registry does not hold yet, in one request or in several where bodies are limited, and closes the upload
    /// with another.
    func transfer(_ session: inout Session) async throws {
        let hash = BodyHash()
        while session.held < body.size { try await sendNext(in: &session, hash) }
        try await finish(hash)
        try await close(session.location)
    }

    /// OCI distribution-spec 1.1.1, "Pushing a blob in chunks".
    private func sendNext(in session: inout Session, _ hash: BodyHash) async throws {
        let limit = connection.manner.bodyLimit.map { max($0, session.minimumChunk) } ?? .max
        let end = session.held + min(limit, body.size - session.held)
        let pieces = BodyPieces(body: body, range: session.held..<end, hash: hash, onBytes: onBytes)
        do {
            try await send(pieces, in: &session)
        } catch {
            pieces.takeBack()
            throw error
        }
        session.held = end
    }

    private func send(_ pieces: BodyPieces, in session: inout Session) async throws {
        let (start, end) = (pieces.range.lowerBound, pieces.range.upperBound)
        var headers: HTTPHeaders = ["Content-Type": "application/octet-stream"]
        // Without a range the body is a stream, which every registry takes; with one it is a chunk.
        let isChunk = pieces.size < body.size
        if isChunk { headers.add(name: "Content-Range", value: "\(start)-\(end - 1)") }
        let answer = try await send(
            pieces, Call("PATCH", session.location, scopes: scopes, headers: headers, body: .pieces(pieces)))
        guard [201, 202, 204].contains(answer.status) else {
            throw try await refused(answer, size: pieces.size, isChunk: isChunk)
        }
        try await answer.discard()
        session.location = try connection.uploadLocation(in: answer, to: session.location)
        session.isTruthful = answer.status != 201
        guard pieces.record.count == pieces.size else { throw RegistryError.changed(digest, found: nil) }
        if let held = Self.reported(answer), held != end {
            throw PassingTrouble(
                error: .pushRange(answer.exchange, digest: digest, sent: end, reported: held))
        }
    }

    private func send(_ pieces: BodyPieces, _ call: Call) async throws -> Answer {
        try await passOver(pieces)
        do {
            return try await connection.send(call)
        } catch {
            throw lost(read(pieces.record.failure ?? error))
        }
    }

    /// Hashes what the registry holds already, before a request is open that would stand still meanwhile.
    private func passOver(_ pieces: BodyPieces) async throws {
        do { try await pieces.passOver() } catch { throw read(error) }
    }

    /// Sees whether everything that went up is what the digest names, before the upload is closed.
    private func finish(_ hash: BodyHash) async throws {
        try await passOver(
            BodyPieces(body: body, range: body.size..<body.size, hash: hash, onBytes: onBytes))
        let sent = hash.finish()
        guard sent == digest else { throw RegistryError.changed(digest, found: sent) }
    }

    /// How many bytes the registry says that it has. Distribution reports `0-0` for one byte as well as for none, and
    /// ECR (201) the first chunk for ever (github.com/aws/containers-roadmap/issues/2831), so these say nothing.
    private static func reported(_ answer: Answer) -> Int64? {
        guard answer.status == 202, let last = lastByte(in: answer), last > 0 else { return nil }
        return min(last, .max - 1) + 1
    }

    /// Sends the blob as a stream with the request that closes the upload, for a proxy that lets no PATCH through. The last piece
    /// goes out only if everything is what the digest names.
    ///
    /// OCI distribution-spec 1.1.1, "POST then PUT".
    func sendAsStream(to location: RequestURL) async throws {
        let pieces = BodyPieces(
            body: body, range: 0..<body.size, hash: BodyHash(), expected: digest, onBytes: onBytes)
        do {
            try await close(location, with: .pieces(pieces), size: body.size)
        } catch {
            let failure = pieces.record.failure ?? error
            pieces.takeBack()
            throw read(failure)
        }
    }

    /// Sends a small blob with the request that closes the upload: one request less for each of the many small files.
    ///
    /// OCI distribution-spec 1.1.1, "POST then PUT".
    func sendWhole(to location: RequestURL) async throws {
        let bytes = try whole()
        onBytes(bytes.count)
        do {
            try await close(location, with: .bytes(bytes), size: body.size)
        } catch {
            onBytes(-bytes.count)
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

    private func close(
        _ location: RequestURL, with body: OutgoingRequest.Body = .none, size: Int64 = 0,
    ) async throws {
        var call = Call("PUT", location.adding("digest", digest.description), scopes: scopes, body: body)
        if size > 0 { call.headers = ["Content-Type": "application/octet-stream"] }
        let answer: Answer
        do {
            answer = try await connection.send(call)
        } catch {
            throw lost(error)
        }
        guard [200, 201, 204].contains(answer.status) else {
            throw try await refused(answer, size: size, isChunk: false)
        }
        try await answer.discard()
        if let said = answer.header("Docker-Content-Digest"), said != digest.description {
            throw RegistryError.pushDigest(answer.exchange, expected: digest, found: said)
        }
    }

    /// - Parameter size: of the body that was sent, or was about to be. Bytes.
    private func refused(_ answer: Answer, size: Int64, isChunk: Bool) async throws -> any Error {
        let told = try await answer.refused()
        switch (answer.status, told.error.code) {
        case (_, "DIGEST_INVALID"):
            return PassingTrouble(error: .pushDigest(told, expected: digest, found: nil))
        case (416, _):
            return PassingTrouble(error: .refused(.rejected, told), chunk: isChunk ? size : nil)
        // The registry has lost the session, or is elsewhere in it.
        case (_, "BLOB_UPLOAD_UNKNOWN"), (_, "BLOB_UPLOAD_INVALID"):
            return PassingTrouble(error: .refused(.rejected, told))
        default:
            let error = Refusals.error(told, writes: true, isPlain: connection.origin.scheme == .http)
            if case .refused(.tooLarge, _) = error { return BodyRefusal(size: size, error: error) }
            return error
        }
    }

    /// What a failure of the body's reader means. Its own errors come out as they are.
    private func read(_ failure: any Error) -> any Error {
        guard let change = failure as? BodyPieces.ChangedBody else { return failure }
        return RegistryError.changed(digest, found: change.found)
    }

    private func lost(_ error: any Error) -> any Error {
        guard let trouble = error as? PassingTrouble else { return error }
        guard case .interrupted(let exchange, _) = trouble.error else { return error }
        return PassingTrouble(
            error: .pushDisconnect(
                exchange, digest: digest, size: body.size, attempts: 1))
    }
}
