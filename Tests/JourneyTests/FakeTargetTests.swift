import Foundation
import OCI
import Servers
import Synchronization
import Testing

/// Imports into registries that nobody can install here.
@Suite struct FakeTargetTests {
    private func importing(into registry: FakeRegistry, _ options: String...) throws -> ProgramResult {
        try RunningProgram.cgbundle(
            Sample.shared().importing() + [
                "--registry", registry.authority + "/cloudgrid", "--plain-http", registry.authority,
                "--no-record",
                "--format", "json",
            ] + options)
    }

    private func writes(_ registry: FakeRegistry) -> [ScriptedServer.Exchange] {
        registry.exchanges.filter { !["GET", "HEAD"].contains($0.method) }
    }

    @Test func `a blob that the registry only says to have is uploaded once it is missed`() throws {
        let blob = try SampleLayout().blobs.sorted().first.orThrow("no blobs in the sample")
        let registry = try FakeRegistry(.with { $0.claimed = [blob] })
        let result = try importing(into: registry)
        #expect(result.status == 0, "\(result.errors)")
        #expect(registry.blob(blob) != nil)
        #expect(registry.brokenTags == [])
    }

    @Test func `immutable tags that are there already are no trouble`() throws {
        let registry = try FakeRegistry(.with { $0.tagsAreImmutable = true })
        #expect(try importing(into: registry).status == 0)
        let before = registry.exchanges.count
        let again = try importing(into: registry)
        #expect(try ImportOutcome(again).alreadyImported == true)
        #expect(registry.exchanges.dropFirst(before).allSatisfy { ["GET", "HEAD"].contains($0.method) })
    }

    @Test(arguments: [400, 403, 404, 405])
    func `a tag that answers to GET only is not moved`(status: Int) throws {
        let registry = try FakeRegistry(.with { $0.manifestHead = status })
        let other = Array(#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[]}"#.utf8)
        registry.shelve(
            manifest: other, type: MediaType.ociIndex.text, digest: Digest(of: other).description,
            tag: Sample.version, in: "cloudgrid/cloudgrid-bff")
        let result = try importing(into: registry)
        #expect(result.status == 6)
        #expect(try Refused(result).reason == "tag.conflict")
        #expect(writes(registry).isEmpty)
    }

    @Test func `a tag that somebody puts during the upload is seen where HEAD hides it`() throws {
        let other = Array(#"{"schemaVersion":2,"mediaType":"\#(MediaType.ociIndex)","manifests":[]}"#.utf8)
        let name = "cloudgrid/cloudgrid-bff"
        let registry = Mutex<FakeRegistry?>(nil)
        let made = try FakeRegistry(.with { $0.manifestHead = 404 }) { request in
            guard request.method == "PUT", request.path.hasPrefix("/v2/\(name)/manifests/sha256:") else {
                return nil
            }
            registry.withLock {
                $0?.shelve(
                    manifest: other, type: MediaType.ociIndex.text, digest: Digest(of: other).description,
                    tag: Sample.version, in: name)
            }
            return nil
        }
        registry.withLock { $0 = made }
        let result = try importing(into: made)
        registry.withLock { $0 = nil }
        #expect(result.status == 6)
        #expect(try Refused(result).reason == "tag.conflict")
        #expect(made.repositories[name]?.tags[Sample.version] == Digest(of: other).description)
    }

    @Test func `an import works, and is found again, without any use of HEAD`() throws {
        let registry = try FakeRegistry(
            .with {
                $0.manifestHead = 404
                $0.blobHead = 403
            })
        let first = try importing(into: registry)
        #expect(first.status == 0, "\(first.errors)")
        #expect(registry.brokenTags == [])
        #expect(try ImportOutcome(try importing(into: registry)).alreadyImported == true)
    }

    @Test func `tags are put by themselves, and not beside a manifest`() throws {
        let registry = try FakeRegistry()
        #expect(try importing(into: registry).status == 0)
        let puts = registry.exchanges.filter { $0.method == "PUT" && $0.target.contains("/manifests/") }
        #expect(puts.contains { $0.target.hasSuffix("/manifests/\(Sample.version)") })
        // A registry that does not know `?tag=` ignores it without a word.
        #expect(puts.allSatisfy { !$0.target.contains("?") })
    }

    @Test func `what is there already is decided with one question for each tag`() throws {
        let registry = try FakeRegistry(.with { $0.hasReferrersAPI = true })
        let first = try ImportOutcome(try importing(into: registry))
        let before = registry.exchanges.count
        let again = try importing(into: registry)
        #expect(try ImportOutcome(again).alreadyImported == true)
        let asked = registry.exchanges.dropFirst(before)
        let tags = registry.repositories.values.flatMap(\.tags.keys)
        let manifests = asked.filter { $0.target.contains("/manifests/") }
        #expect(manifests.count == tags.count && tags.count == first.result?.tags)
        #expect(Set(manifests.map(\.target)).count == tags.count)
        #expect(manifests.allSatisfy { $0.method == "HEAD" })
        #expect(!asked.contains { $0.target.contains("/blobs/") })
        // What tags do not show is asked beside them: whether the registry is there, and the lists of referrers.
        let others = asked.filter { !$0.target.contains("/manifests/") && !$0.target.contains("/referrers/") }
        #expect(others.map(\.target) == ["/v2/"])
    }

    /// An import into nothing, and a second registry that has one repository of it, but for the blobs that it lost.
    private func lender(without lost: (Set<String>) -> Set<String>) throws -> (
        target: FakeRegistry, full: [String: FakeRegistry.Repository], shared: Set<String>
    ) {
        let full = try FakeRegistry()
        #expect(try importing(into: full).status == 0)
        let repositories = full.repositories
        let (lender, owned) = try repositories.max { $0.value.blobs.count < $1.value.blobs.count }
            .orThrow("nothing was imported")
        let others = repositories.filter { $0.key != lender }.reduce(into: Set()) {
            $0.formUnion($1.value.blobs)
        }
        let shared = owned.blobs.intersection(others)
        #expect(!shared.isEmpty)
        let target = try FakeRegistry()
        for digest in owned.blobs.subtracting(lost(shared)) {
            target.shelve(
                try full.blob(digest).orThrow("\(digest) is not there"), digest: digest, in: lender)
        }
        for (digest, manifest) in owned.manifests {
            let tags = owned.tags.filter { $0.value == digest }.map { Optional($0.key) }
            for tag in tags.isEmpty ? [nil] : tags {
                target.shelve(
                    manifest: manifest.bytes, type: manifest.type, digest: digest, tag: tag, in: lender)
            }
        }
        return (target, repositories, shared)
    }

    private func sent(to registry: FakeRegistry, of digests: Set<String>) -> Int {
        registry.exchanges.count { request in
            request.method == "PUT" && request.status == 201
                && digests.contains { request.target.contains("digest=\($0)") }
        }
    }

    @Test func `a repository that is complete lends its blobs to those that are not`() throws {
        let (target, full, shared) = try lender { _ in [] }
        let result = try importing(into: target)
        #expect(result.status == 0, "\(result.errors)")
        #expect(sent(to: target, of: shared) == 0)
        #expect(target.repositories.mapValues(\.blobs) == full.mapValues(\.blobs))
    }

    @Test func `what a repository has lost is sent once, and lent by whoever got it`() throws {
        let (target, _, shared) = try lender { $0 }
        let result = try importing(into: target)
        #expect(result.status == 0, "\(result.errors)")
        #expect(sent(to: target, of: shared) == shared.count)
        #expect(result.errors.contains("uploading"))
    }

    @Test func `an answer that is lost makes no conflict with the tag that it was about`() throws {
        let left = Atomic(1)
        let registry = try FakeRegistry(.with { $0.tagsAreImmutable = true }) { request in
            guard request.method == "PUT", request.path.hasSuffix("/\(Sample.version)") else { return nil }
            return left.subtract(1, ordering: .relaxed).oldValue > 0 ? Fault(.lostAnswer) : nil
        }
        let result = try importing(into: registry)
        #expect(result.status == 0, "\(result.errors)")
        #expect(registry.firings == [.lostAnswer: 1])
    }

    @Test func `a tag that the registry will not take is a policy of its own`() throws {
        let registry = try FakeRegistry {
            $0.path.hasSuffix("/cloudgrid-bff/manifests/\(Sample.version)") ? Fault(.tagImmutable) : nil
        }
        let result = try importing(into: registry)
        #expect(result.status == 6)
        #expect(try Refused(result).reason == "tag.immutable")
    }

    @Test func `a registry in read-only mode is asked to write hardly anything`() throws {
        let registry = try FakeRegistry(.with { $0.isReadOnly = true })
        let result = try importing(into: registry, "--concurrency", "2")
        #expect(result.status == 8)
        #expect(try Refused(result).reason == "push.readonly")
        #expect(writes(registry).count <= 2)
    }

    @Test func `a full registry is told with its own words and not asked again`() throws {
        let registry = try FakeRegistry(.with { $0.quota = 100_000 })
        let result = try importing(into: registry)
        #expect(result.status == 8)
        #expect(try Refused(result).reason == "push.quota")
        #expect(try Refused(result).message.contains("exceed the configured upper limit"))
        #expect(!result.errors.contains("asked again"))
        #expect(registry.repositories.values.allSatisfy { $0.tags.isEmpty })
    }

    @Test func `one repository that is closed to us stops the import before any upload`() throws {
        let registry = try FakeRegistry {
            $0.path.hasPrefix("/v2/cloudgrid/cloudgrid-otlp-collector/") ? Fault(.forbidden) : nil
        }
        let result = try importing(into: registry)
        #expect(result.status == 7)
        #expect(try Refused(result).reason == "auth.denied")
        #expect(try Refused(result).message.contains("cloudgrid-otlp-collector"))
        #expect(writes(registry).isEmpty)
    }

    @Test func `a list of referrers that another client overwrites while we go on is ours again at the end`()
        throws
    {
        let registry = Mutex<FakeRegistry?>(nil)
        let referrer = try SampleLayout().referrers.first { $0.repository == "cloudgrid-bff" }
            .orThrow("no referrer in the sample")
        let (repository, tag) = (
            "cloudgrid/cloudgrid-bff", referrer.subject.replacing(":", with: "-")
        )
        let type = MediaType.ociIndex.text
        let empty = Array(#"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[]}"#.utf8)
        let made = try FakeRegistry { request in
            guard request.method == "PUT",
                request.path.hasSuffix("/cloudgrid-bff/manifests/\(Sample.version)")
            else { return nil }
            registry.withLock { registry in
                registry?.shelve(
                    manifest: empty, type: type, digest: Digest(of: empty).description, tag: tag,
                    in: repository)
            }
            return nil
        }
        registry.withLock { $0 = made }
        let result = try importing(into: made)
        registry.withLock { $0 = nil }
        #expect(result.status == 0, "\(result.errors)")
        let list = made.repositories[repository].flatMap { $0.manifests[$0.tags[tag] ?? ""] }
        #expect(list.map { String(decoding: $0.bytes, as: UTF8.self).contains(referrer.digest) } == true)
    }
}
