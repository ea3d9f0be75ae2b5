import NIOHTTP1
import OCI

extension Upload {
    /// Sends what the registry does not hold yet in one request and closes the upload with another.
    func transfer(_ session: inout Session) async throws {
        let pieces = BodyPieces(body: body, from: session.held, onBytes: onBytes)
        if session.held < body.size {
            try await send(pieces, to: &session)
        } else {
            do { try pieces.passOver() } catch { throw read(error) }
        }
        let sent = pieces.record.finish()
        guard sent == digest else { throw RegistryError.changed(digest, found: sent) }
        do {
            try await close(session.location)
        } catch {
            if error is PassingTrouble { pieces.takeBack() }
            throw error
        }
    }

    private func send(_ pieces: BodyPieces, to session: inout Session) async throws {
        var headers: HTTPHeaders = ["Content-Type": "application/octet-stream"]
        // Without a range the body is a stream, which every registry takes; with one it is a chunk.
        if session.held > 0 {
            headers.add(name: "Content-Range", value: "\(session.held)-\(body.size - 1)")
        }
        let answer: Answer
        do {
            answer = try await connection.send(
                Call("PATCH", session.location, scopes: scopes, headers: headers, body: .pieces(pieces)))
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
        session.location = try location(in: answer)
        guard pieces.record.count == pieces.size else { throw RegistryError.changed(digest, found: nil) }
        guard let held = Self.reported(answer), held != body.size else { return }
        pieces.takeBack()
        throw PassingTrouble(
            error: .pushRange(answer.exchange, digest: digest, sent: body.size, reported: held))
    }

    /// How many bytes the registry says that it has. Distribution reports `0-0` for one byte as well as for none, and
    /// ECR (201) a stale range, so these say nothing.
    private static func reported(_ answer: Answer) -> Int64? {
        guard answer.status == 202, let last = lastByte(in: answer), last > 0 else { return nil }
        return last + 1
    }

    /// Sends a small blob with the request that closes the upload: one request less for each of the many small files.
    ///
    /// OCI distribution-spec 1.1.1, "POST then PUT".
    func sendWhole(to location: RequestURL) async throws {
        let bytes = try whole()
        onBytes(bytes.count)
        do {
            try await close(location, with: bytes)
        } catch {
            if error is PassingTrouble { onBytes(-bytes.count) }
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
        switch (answer.status, told.error.code) {
        case (_, "DIGEST_INVALID"):
            return PassingTrouble(error: .pushDigest(told, expected: digest, found: nil))
        // The registry has lost the session, or is elsewhere in it.
        case (_, "BLOB_UPLOAD_UNKNOWN"), (_, "BLOB_UPLOAD_INVALID"), (416, _):
            return PassingTrouble(error: .refused(.rejected, told))
        default:
            return Refusals.error(told, writes: true, isPlain: connection.origin.scheme == .http)
        }
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
}
