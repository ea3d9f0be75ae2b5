package import Foundation
import OCI
import Synchronization

/// A registry of the tests' own, in memory: it is what registries are that nobody can install here, and it fails when it is
/// told to.
///
/// It keeps the distribution protocol as strictly as it can, so that what is wrong with a client's requests shows.
package final class FakeRegistry: Sendable {
    /// What kind of registry it is, all the time.
    package struct Manner: Sendable {
        package enum Location: Sendable {
            case absolute, relative, elsewhere(String)
        }

        package var hasReferrersAPI = false
        /// Whether an upload that broke can go on (distribution 3, zot, olareg) or is forgotten (distribution 2.8).
        package var resumesUploads = false
        /// Whether a body that broke off counts as whole, so that the upload cannot be closed: Pulp.
        package var countsBrokenBodies = false
        package var location = Location.absolute
        package var tagsAreImmutable = false
        package var takesDockerTypes = true
        package var isReadOnly = false
        /// Bytes of blobs that may lie in it.
        package var quota: Int?
        /// Whether blobs come from a storage at another port, by signed addresses that are good for so many requests.
        package var signatureUses: Int?
        /// Whether it wants tokens, each good for so many requests.
        package var tokenUses: Int?
        /// How many components a repository's name may have, and whether it has no route for others (Quay) in place of denying
        /// them (Docker Hub, GitLab).
        package var maximumDepth: Int?
        package var knowsNoDeeper = false
        /// The repositories that were created; nothing where they come to be by being pushed to. To an upload into another it hangs
        /// up, as ECR does.
        package var created: Set<String>?
        package var takesPatch = true
        /// The largest body that what stands before it lets through, and whether it hangs up on larger ones in place of 413.
        package var bodyLimit: Int?
        package var hangsUp = false
        /// The largest body with a range (GHCR: 4 MiB).
        package var chunkLimit: Int?
        /// The smallest chunk that is not the last one, told by `OCI-Chunk-Min-Length`.
        package var minimumChunk: Int?
        /// Whether it answers to chunks as ECR does: 201, and the range of the first one for ever.
        package var keepsFirstRange = false
        /// The sizes that it gives for blobs until they are uploaded.
        package var claimedSizes: [String: Int] = [:]
        /// The blobs that it says to have though it has not.
        package var claimed: Set<String> = []

        /// The status of every answer to `HEAD` of a manifest or of a blob, whatever is there.
        package var manifestHead: Int?
        package var blobHead: Int?
        /// Whether answers to `HEAD` of a manifest lack the digest.
        package var hidesDigest = false

        package init() {}

        package static func with(_ change: (inout Manner) -> Void) -> Manner {
            var manner = Manner()
            change(&manner)
            return manner
        }
    }

    package typealias Request = ScriptedServer.Request

    private let desk: FakeDesk
    private let server: ScriptedServer
    private let storage: ScriptedServer

    /// - Parameters:
    ///   - connectionLimit: after how many bytes of content each connection is cut.
    ///   - fault: is given each request's head; what it gives is done where it fits the request.
    package init(
        _ manner: Manner = Manner(), connectionLimit: Int? = nil,
        fault: @escaping @Sendable (Request) -> Fault? = { _ in nil },
    ) throws {
        let desk = FakeDesk(FakeStore(manner), fault)
        self.desk = desk
        storage = try ScriptedServer(connectionLimit: connectionLimit, keepsRequests: false) { head, _ in
            desk.decide(head) { $0.answerAsStorage($1) }
        }
        server = try ScriptedServer(connectionLimit: connectionLimit, keepsRequests: false) { head, _ in
            desk.decide(head) { $0.answer($1) }
        }
        let (authority, other) = ("127.0.0.1:\(server.port)", "127.0.0.1:\(storage.port)")
        desk.state.withLock { ($0.store.authority, $0.store.storageAuthority) = (authority, other) }
    }

    package var port: Int { server.port }
    package var authority: String { "127.0.0.1:\(server.port)" }

    /// What was answered so far, by the registry and then by its storage.
    package var exchanges: [ScriptedServer.Exchange] { server.exchanges + storage.exchanges }

    /// How often each kind of fault was really done.
    package var firings: [Fault.Kind: Int] { desk.state.withLock { $0.firings } }

    /// Ends all faults.
    package func calm() { desk.state.withLock { $0.isCalm = true } }

    package var repositories: [String: Repository] { desk.state.withLock { $0.store.repositories } }

    package func blob(_ digest: String) -> Data? { desk.state.withLock { $0.store.blobs[digest] } }

    /// The tags that name something of which a part is missing.
    package var brokenTags: [String] { desk.state.withLock { $0.store.brokenTags() } }

    /// Puts a blob there without a request.
    package func shelve(_ data: Data, digest: String, in repository: String) {
        desk.state.withLock { state in
            state.store.blobs[digest] = data
            state.store.repositories[repository, default: Repository()].blobs.insert(digest)
        }
    }

    /// Puts a manifest there without a request.
    package func shelve(
        manifest bytes: [UInt8], type: String, digest: String, tag: String?, in repository: String,
    ) {
        desk.state.withLock { state in
            state.store.repositories[repository, default: Repository()].manifests[digest] =
                Manifest(type: type, bytes: bytes)
            if let tag { state.store.repositories[repository]?.tags[tag] = digest }
        }
    }

    package struct Repository: Hashable, Sendable {
        package init() {}

        package internal(set) var blobs: Set<String> = []
        package internal(set) var manifests: [String: Manifest] = [:]
        package internal(set) var tags: [String: String] = [:]
    }

    package struct Manifest: Hashable, Sendable {
        package let type: String
        package let bytes: [UInt8]
    }
}

/// What the threads of the registry and of its storage share.
final class FakeDesk: Sendable {
    struct State {
        var store: FakeStore
        var firings: [Fault.Kind: Int] = [:]
        var isCalm = false
    }

    let state: Mutex<State>
    private let fault: @Sendable (ScriptedServer.Request) -> Fault?

    init(_ store: FakeStore, _ fault: @escaping @Sendable (ScriptedServer.Request) -> Fault?) {
        state = Mutex(State(store: store))
        self.fault = fault
    }

    func decide(
        _ head: ScriptedServer.Request,
        _ answer: @escaping @Sendable (inout FakeStore, ScriptedServer.Request) -> FakeAnswer,
    ) -> ScriptedServer.Decision {
        let (isCalm, manner) = state.withLock { ($0.isCalm, $0.store.manner) }
        if let limit = manner.bodyLimit, head.length > limit {
            return ScriptedServer.Decision(readingUpTo: 0) { _ in
                manner.hangsUp
                    ? .init(raw: [])
                    : .init(413, [:], Array("<html>413 Request Entity Too Large</html>".utf8))
            }
        }
        guard !isCalm, let fault = fault(head), fault.fits(head) else {
            return ScriptedServer.Decision { request in
                self.state.withLock { answer(&$0.store, request) }.reply(to: request.method)
            }
        }
        let limit = fault.kind == .cutUpload ? Int(Double(head.length) * fault.share) : nil
        return ScriptedServer.Decision(readingUpTo: limit) { request in
            self.reply(to: request, with: fault, answer)
        }
    }

    private func reply(
        to request: ScriptedServer.Request, with fault: Fault,
        _ answer: (inout FakeStore, ScriptedServer.Request) -> FakeAnswer,
    ) -> ScriptedServer.Reply {
        state.withLock { state in
            if fault.kind == .lostRequest {
                state.firings[fault.kind, default: 0] += 1
                return ScriptedServer.Reply(raw: [])
            }
            let instead = fault.kind == .expiredToken ? state.store.challenge : fault.answer
            let honest = instead ?? answer(&state.store, request)
            guard let told = instead ?? fault.spoil(honest, to: request) else {
                return honest.reply(to: request.method)
            }
            state.firings[fault.kind, default: 0] += 1
            switch fault.kind {
            case .lostAnswer, .cutUpload: return ScriptedServer.Reply(raw: [])
            case .delay:
                var reply = told.reply(to: request.method)
                reply.silence.before = 0.005
                return reply
            default: return told.reply(to: request.method)
            }
        }
    }
}
