import Foundation
import OCI
import Servers
import StrictJSON
import Synchronization
import Testing

@testable import Registry

/// Registries that say one thing and do another.
@Suite struct OddRegistryTests {
    private let bytes = content(300_000)
    private var digest: Digest { Digest(of: bytes) }

    @Test func `a blob of another size is uploaded again`() async throws {
        let registry = try FakeRegistry(.with { $0.claimedSizes[digest.description] = 5 })
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
        }
    }

    @Test(arguments: [404, 405])
    func `a registry that does not take a blob in one request gets it in two`(status: Int) async throws {
        let unknown = Array(
            #"{"errors":[{"code":"BLOB_UNKNOWN","message":"blob unknown to registry"}]}"#.utf8)
        try await withScript { request, _ in
            switch request.method {
            case "HEAD": .init(404)
            case "POST", "PATCH": .init(202, ["Location": "/u"])
            case "PUT" where !request.body.isEmpty: .init(status, [:], unknown)
            default: .init(201)
            }
        } options: {
            $0.wholeUploadLimit = 1 << 20
        } _: { (connection, server) async throws in
            #expect(try await connection.push(repository, bytes) == .uploaded)
            #expect(
                server.requests.map(\.method) == ["HEAD", "POST", "PUT", "POST", "PATCH", "PUT"])
        }
    }

    @Test func `a size that stays wrong after the upload is told`() async throws {
        try await withScript { request, _ in
            switch request.method {
            case "HEAD": .init(200, ["Content-Length": "5"])
            case "POST": .init(202, ["Location": "/u"])
            case "PATCH": .init(202, ["Location": "/u"])
            default: .init(201)
            }
        } _: { (connection, server) async throws in
            #expect(await reason { try await connection.push(repository, bytes) } == "push.size")
        }
    }

    @Test(arguments: [nil, "sha256:" + String(repeating: "0", count: 64)])
    func `a mount without effect is followed by an upload and a warning`(said: String?) async throws {
        try await withScript { request, _ in
            switch request.method {
            case "HEAD": .init(404)
            case "POST" where request.target.contains("mount="):
                .init(201, said.map { ["Docker-Content-Digest": $0] } ?? [:])
            case "POST": .init(202, ["Location": "/u"])
            case "PATCH": .init(202, ["Location": "/u"])
            default: .init(201)
            }
        } _: { (connection, server) async throws in
            let outcome = try await connection.pushBlob(
                repository, digest: digest, body: MemoryBody(bytes), mountFrom: otherRepository,
                askFirst: false)
            #expect(outcome == .uploaded)
            #expect(connection.summary.warnings.count == 1)
            #expect(server.requests.filter { $0.method == "POST" }.count == 2)
        }
    }

    @Test func `an upload that the registry names otherwise is an error`() async throws {
        let registry = try FakeRegistry { $0.method == "PUT" ? Fault(.wrongDigestHeader) : nil }
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(await reason { try await connection.push(repository, bytes) } == "push.digest")
        }
        #expect(registry.firings == [.wrongDigestHeader: 1])
    }

    @Test func `no room is told at once`() async throws {
        let registry = try FakeRegistry(.with { $0.quota = 1000 })
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(await reason { try await connection.push(repository, bytes) } == "push.quota")
            #expect(connection.summary.retries == 0)
        }
    }

    @Test func `a server error at every attempt is told with the number of attempts`() async throws {
        try await withScript { _, _ in
            .init(502)
        } options: {
            $0.maximumAttempts = 5
        } _: { (connection, server) async throws in
            let error = await #expect(throws: RegistryError.self) {
                _ = try await connection.push(repository, bytes)
            }
            #expect(error?.reason == "unavailable")
            #expect(error?.description.contains("answered 502, 5 times") == true)
            #expect(server.requests.map(\.method).filter { $0 == "POST" }.count == 5)
        }
    }

    @Test func `a warning is told once and made harmless`() async throws {
        let type = MediaType.ociManifest.text
        try await withScript { _, _ in
            .init(200, ["Content-Type": type, "Warning": "299 - \"old\u{202e}\""], [1])
        } _: { (connection, _) async throws in
            for _ in 0..<3 { _ = try await connection.manifest(repository, .tag(try Tag("a"))) }
            #expect(connection.summary.warnings.count == 1)
            #expect(connection.summary.warnings.first?.contains("old\\u{202e}") == true)
        }
    }

    @Test func `a manifest that is hidden by a proxy is not taken for absent`() async throws {
        let registry = try FakeRegistry()
        registry.shelve(
            manifest: [1], type: "application/x-other", digest: "sha256:x", tag: "a", in: repository.text)
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            #expect(
                await reason { try await connection.manifest(repository, .tag(try Tag("a"))) }
                    == "pull.accept")
        }
    }

    @Test func `tokens that expire all the time are renewed all the time`() async throws {
        let registry = try FakeRegistry(.with { $0.tokenUses = 2 })
        registry.shelve(.init(bytes), digest: digest.description, in: repository.text)
        try await withConnection(to: try RegistryHost(registry.authority)) { (connection) async throws in
            for _ in 0..<5 { #expect(try await connection.pull(repository, bytes) == bytes) }
        }
    }

    @Test func `each part of a blob is asked for by a new signed address`() async throws {
        let left = Mutex(3)
        let registry = try FakeRegistry(.with { $0.signatureUses = 1 }) { request in
            guard request.path.hasPrefix("/sha256:") else { return nil }
            return left.withLock { left in
                left -= 1
                return left >= 0 ? Fault(.cutDownload) : nil
            }
        }
        registry.shelve(.init(bytes), digest: digest.description, in: repository.text)
        let host = try RegistryHost(registry.authority)
        try await withConnection(to: host, options: { $0.followsRedirects = true }) {
            (connection) async throws in
            #expect(try await connection.pull(repository, bytes) == bytes)
        }
        let storage = registry.exchanges.filter { !$0.path.hasPrefix("/v2/") }
        #expect(storage.map(\.status) == [200, 206, 206, 206])
        #expect(registry.firings == [.cutDownload: 3])
    }

    @Test func `more breaks than attempts are no end as long as bytes come, and few come twice`() async throws
    {
        let bytes = [UInt8](repeating: 9, count: 40_000_000)
        let digest = Digest(of: bytes)
        let registry = try FakeRegistry(connectionLimit: 4 << 20)
        registry.shelve(Data(bytes), digest: digest.description, in: repository.text)
        let host = try RegistryHost(registry.authority)
        try await withConnection(to: host, options: { $0.maximumAttempts = 2 }) { (connection) async throws in
            var count = 0
            try await connection.pullBlob(repository, digest: digest, size: Int64(bytes.count)) {
                count += $0.count
            }
            #expect(count == bytes.count)
            #expect(connection.summary.retries >= 9)
        }
        let sent = registry.exchanges.reduce(0) { $0 + $1.sent }
        #expect(sent < bytes.count * 5 / 4)
    }

    @Test func `a list that others keep overwriting is given up by name`() async throws {
        let type = ["Content-Type": MediaType.ociIndex.text]
        let theirs = Array(#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[]}"#.utf8)
        try await withScript { request, _ in
            if request.target.contains("/referrers/") { return .init(404) }
            return request.method == "PUT" ? .init(201) : .init(200, type, theirs)
        } _: { connection, server in
            let mine = Descriptor(of: [1], mediaType: .ociManifest)
            #expect(
                await reason {
                    try await connection.addReferrers(repository, subject: Digest(of: [9]), [mine])
                } == "referrers.race")
            #expect(server.requests.filter { $0.method == "PUT" }.count == 6)
        }
    }

    @Test func `a list that the registry does not let be moved is left with a warning`() async throws {
        try await withScript { request, _ in
            guard request.method == "PUT" else { return .init(404) }
            return .init(412, [:], Array(#"{"errors":[{"code":"PRECONDITION","message":"immutable"}]}"#.utf8))
        } _: { (connection, _) async throws in
            let mine = Descriptor(of: [1], mediaType: .ociManifest)
            #expect(
                try await connection.addReferrers(repository, subject: Digest(of: [9]), [mine]) == .immutable)
            #expect(connection.summary.warnings.contains { $0.contains("cannot be moved") })
        }
    }

    @Test func `of a refusal without end only the beginning is read`() async throws {
        try await withScript { _, _ in
            var reply = ScriptedServer.Reply(
                403, ["Content-Length": "10000000"], Array(String(repeating: "no ", count: 22_000).utf8))
            reply.isHeld = true
            return reply
        } options: {
            $0.stallTimeout = .seconds(20)
        } _: { connection, server in
            #expect(await reason { try await connection.pull(repository, [1]) } == "auth.denied")
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a list of referrers that somebody overwrites is merged again`() async throws {
        let subject = Digest(of: [9])
        let tag = Tag(referrersOf: subject)
        let mine = Descriptor(mediaType: .ociManifest, digest: Digest(of: [1]), size: 1)
        let theirs = Descriptor(mediaType: .ociManifest, digest: Digest(of: [2]), size: 1)
        func list(_ entry: Descriptor) -> [UInt8] {
            Array(
                #"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[{"mediaType":"\#(entry.mediaType)","digest":"\#(entry.digest)","size":1}]}"#
                    .utf8)
        }
        let registry = Mutex<FakeRegistry?>(nil)
        let asked = Mutex(0)
        let (overwriting, type) = (list(theirs), MediaType.ociIndex.text)
        let made = try FakeRegistry { request in
            guard request.method == "GET", request.path.hasSuffix("/\(tag)") else { return nil }
            let count = asked.withLock { asked in
                asked += 1
                return asked
            }
            // Between our writing and our looking, another client writes what it had read before.
            if count == 2 {
                registry.withLock { registry in
                    registry?.shelve(
                        manifest: overwriting, type: type, digest: Digest(of: overwriting).description,
                        tag: tag.text, in: repository.text)
                }
            }
            return nil
        }
        for entry in [mine, theirs] {
            let bytes: [UInt8] = entry == mine ? [1] : [2]
            made.shelve(
                manifest: bytes, type: MediaType.ociManifest.text, digest: entry.digest.description, tag: nil,
                in: repository.text)
        }
        registry.withLock { $0 = made }
        try await withConnection(to: try RegistryHost(made.authority)) { (connection) async throws in
            #expect(try await connection.addReferrers(repository, subject: subject, [mine]) == .merged)
            let listed = try await connection.referrers(repository, of: subject).map(\.digest)
            #expect(Set(listed) == [mine.digest, theirs.digest])
        }
    }
}
