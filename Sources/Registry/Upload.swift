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

    /// How the bytes go up.
    enum Way {
        /// With the request that closes the upload, from memory.
        case whole
        /// In a request of their own, or in several.
        case patches
        /// With the request that closes the upload, as a stream.
        case stream
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
        session = session ?? connection.openUploads.take(from: repository)
        var attempts = Attempts(connection.options, connection.traffic)
        var digestRefusals = 0
        var growth = Growth(of: body.size)
        var way = firstWay
        while true {
            var current: Session
            if let session {
                current = session
            } else {
                current = try await connection.beginUpload(into: repository, scopes: scopes)
            }
            let before = current.held
            do {
                switch way {
                case .whole: try await sendWhole(to: current.location)
                case .patches: try await transfer(&current)
                case .stream: try await sendAsStream(to: current.location)
                }
                if way == .stream { manner.noteThatPatchIsRefused() }
                return .uploaded
            } catch let trouble as PassingTrouble {
                var isResumable = way == .patches
                // The digest was right when it was sent, so the registry is given one more chance and no third; and what it
                // holds of it is wrong, so that is nothing to go on with.
                if case .pushDigest = trouble.error {
                    digestRefusals += 1
                    await connection.abandon(current, scopes: scopes)
                    guard digestRefusals < 2 else { throw trouble.error }
                    isResumable = false
                }
                session = try await afterwards(
                    trouble, of: current, since: before, isResumable: isResumable, &growth, &attempts)
                // A registry that stumbled over the short way is asked in the common one.
                if way == .whole { way = .patches }
                // The closing answer may be what was lost.
                if session == nil, try await isThere() {
                    onBytes(Int(body.size))
                    return .uploaded
                }
            } catch let refusal as BodyRefusal where way != .stream {
                guard narrow(after: refusal, in: current) else {
                    await connection.abandon(current, scopes: scopes)
                    throw refusal.error
                }
                // Nothing of it was taken.
                (session, way) = (current, .patches)
            } catch let error as RegistryError where Self.isAboutMethod(error) && current.held == 0 {
                switch way {
                case .whole: way = .patches
                case .patches: way = .stream
                case .stream:
                    await connection.abandon(current, scopes: scopes)
                    throw error
                }
                session = nil
            } catch {
                await connection.abandon(current, scopes: scopes)
                throw (error as? BodyRefusal)?.error ?? error
            }
        }
    }

    private var manner: UploadManner { connection.manner }

    private var firstWay: Way {
        let wholeLimit = min(connection.options.wholeUploadLimit, manner.bodyLimit ?? .max)
        if body.size <= wholeLimit { return .whole }
        return manner.takesPatch ? .patches : .stream
    }

    /// A body that was refused for its size alone.
    struct BodyRefusal: Error {
        let size: Int64
        let error: RegistryError
    }

    /// Makes bodies smaller from now on. `false` where the refused one was the smallest that may be tried.
    private func narrow(after refusal: BodyRefusal, in session: Session) -> Bool {
        guard refusal.size > session.minimumChunk, let limit = manner.narrow(below: refusal.size) else {
            return false
        }
        connection.traffic.note(
            "\(connection.host): bodies of \(refusal.size) bytes are refused on the way to the registry, so larger "
                + "blobs go up in chunks of \(max(limit, session.minimumChunk)) bytes; \(RegistryError.bodyLimitHint)"
        )
        return true
    }

    /// Whether a way may have been refused as such: an old Artifactory says to a blob with the closing request that it does not
    /// know it (github.com/docker/buildx/issues/196), and proxies do not let PATCH through (github.com/moby/moby/issues/27877).
    private static func isAboutMethod(_ error: RegistryError) -> Bool {
        switch error {
        case .refused(.unknownBlob, let told), .refused(.noRepository, let told),
            .refused(.rejected, let told),
            .refused(.readOnly, let told):
            [404, 405].contains(told.status)
        case .unavailable(let told, _): told.status == 501
        default: false
        }
    }

    /// Waits, and sees whether the registry can go on with the upload where it broke.
    ///
    /// A session that stands still is given up: Pulp counts a body that broke off as whole, and answers 500 whenever the upload
    /// is to be closed then.
    ///
    /// - Parameter before: what the registry held when the last request was made. Bytes.
    private func afterwards(
        _ trouble: PassingTrouble, of session: Session, since before: Int64, isResumable: Bool,
        _ growth: inout Growth, _ attempts: inout Attempts,
    ) async throws -> Session? {
        var resumed: Session?
        do {
            try await attempts.next(after: trouble)
            if isResumable, session.isTruthful { resumed = try await answeredStatus(of: session) }
        } catch {
            await connection.abandon(session, scopes: scopes)
            throw error
        }
        if let chunk = trouble.chunk, resumed.map({ $0.held == session.held }) ?? (session.held == 0) {
            // It was sent from where the registry is, so its size is what was meant (GHCR says 416 to more than 4 MiB).
            if narrow(after: BodyRefusal(size: chunk, error: trouble.error), in: session) {
                attempts.restart()
            } else {
                resumed = nil
            }
        } else if let found = resumed, found.held <= before {
            resumed?.standstills = session.standstills + (trouble.asksForTime ? 0 : 1)
            if resumed?.standstills == Self.maximumStandstills {
                await connection.abandon(found, scopes: scopes)
                resumed = nil
            }
        } else {
            resumed?.standstills = 0
        }
        if growth.counts(from: before, to: resumed?.held) { attempts.restart() }
        onBytes(Int((resumed?.held ?? 0) - session.held))
        return resumed
    }

    /// A registry that cannot say at the moment how far it came has not forgotten it; one that fails on the question itself
    /// (distribution answers 500 to what it cannot find in its storage) may never say it.
    private func answeredStatus(of session: Session) async throws -> Session? {
        var faults = 0
        do {
            return try await connection.repeating {
                do {
                    return try await status(of: session)
                } catch let trouble as PassingTrouble where trouble.isServerFault {
                    faults += 1
                    guard faults < Self.maximumFaults else { return nil }
                    throw trouble
                }
            }
        } catch let error as RegistryError {
            if case .impatient = error { throw error }
            return nil
        }
    }

    private static let maximumFaults = 3
    private static let maximumStandstills = 2

    func isThere() async throws -> Bool {
        try await connection.hasBlob(repository, digest: digest, size: body.size, scopes: scopes)
    }
}
