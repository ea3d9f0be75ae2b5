import BundleFormat
import LibCrypto
import OCI
import SystemPackage
import Testing
import Trust

@Suite struct BundleFillerTests {
    let scratch: Scratch
    let key: PrivateKey

    init() throws {
        scratch = try Scratch()
        key = try .generate(.ecdsaP256)
    }

    private var output: FilePath { scratch.path("bundle.tar") }

    private func filler(_ plan: BundlePlan) throws -> BundleFiller {
        try BundleFiller(plan, output: output) { try plan.resuming(statement: $0, signatures: $1) }
    }

    /// Fills as far as the source goes and leaves what an interrupted run leaves.
    private func interrupt(_ plan: BundlePlan, _ release: MiniRelease, after limit: Int) async throws {
        let source = ShelfSource(release.shelf.blobs, limit: limit)
        await #expect(throws: ShelfSource.Gone.self) {
            try await filler(plan).fill(from: source, width: 1, events: nobody)
        }
        #expect(try scratch.names == ["bundle.tar.partial", "bundle.tar.partial.journal"])
    }

    private func finish(_ plan: BundlePlan, from source: ShelfSource) async throws -> BundlePlan {
        let filler = try filler(plan)
        try await filler.fill(from: source, width: 3, events: nobody)
        try filler.publish()
        return filler.plan
    }

    private func verify() async throws -> VerifiedBundle {
        let policy = try SignerPolicy(keys: [key.publicKey])
        return try await BundleReader(output).statement(acceptedBy: policy).verified(
            width: 2, allowing: MiniRelease.gaps, events: nobody)
    }

    /// The bundle as a pipe would have got it.
    private func streamed(_ plan: BundlePlan, _ release: MiniRelease) async throws -> [UInt8] {
        let file = try FileDescriptor.open(
            scratch.path("stream"), .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        defer { try? file.close() }
        try await BundleStream(plan, to: file).write(from: release.source, events: nobody)
        return try scratch.bytes("stream")
    }

    @Test func `a filled bundle is one that a reader believes, and nothing else stays`() async throws {
        let release = try MiniRelease()
        let plan = try release.plan(signedBy: [key])
        _ = try await finish(plan, from: release.source)
        #expect(try scratch.names == ["bundle.tar", "bundle.tar.sigstore.json", "bundle.tar.statement.json"])
        let bundle = try await verify()
        #expect(bundle.statement == release.statement)
        #expect(try scratch.bytes("bundle.tar.statement.json") == plan.statementBytes)
        #expect(try scratch.bytes("bundle.tar.sigstore.json") == plan.signatures[0])
    }

    @Test func `the largest blobs are fetched first`() async throws {
        let release = try MiniRelease()
        let source = release.source
        try await filler(try release.plan(signedBy: [key])).fill(from: source, width: 1, events: nobody)
        let sizes = source.fetched.map { release.shelf.blobs[$0]?.count ?? 0 }
        #expect(Set(sizes).count > 1)
        #expect(sizes == sizes.sorted(by: >))
    }

    @Test func `filling and streaming give the same bytes`() async throws {
        let release = try MiniRelease()
        let plan = try release.plan(signedBy: [key, .generate(.ed25519)])
        _ = try await finish(plan, from: release.source)
        let bytes = try scratch.bytes("bundle.tar")
        #expect(Int64(bytes.count) == plan.layout.fileSize)
        #expect(try await streamed(plan, release) == bytes)
    }

    @Test
    func `an interrupted export goes on under its own statement, and finished blobs are not fetched again`()
        async throws
    {
        let release = try MiniRelease()
        let first = try release.plan(signedBy: [key])
        try await interrupt(first, release, after: 3)
        let later = try MiniRelease(createdAt: Timestamp(seconds: MiniRelease.noon.seconds + 60))
        let source = later.source
        let done = try await finish(try later.plan(signedBy: [key]), from: source)
        #expect(done.statementBytes == first.statementBytes)
        #expect(done.signatures == first.signatures)
        #expect(source.fetched.count == release.statement.blobs.count - 3)
        #expect(try await streamed(first, release) == scratch.bytes("bundle.tar"))
    }

    @Test func `a torn last line of the journal is passed over`() async throws {
        let release = try MiniRelease()
        let plan = try release.plan(signedBy: [key])
        try await interrupt(plan, release, after: 3)
        let journal = try scratch.bytes("bundle.tar.partial.journal")
        #expect(journal.count == 3 * 65)
        try scratch.write(Array(journal.dropLast(10)), to: "bundle.tar.partial.journal")
        let source = release.source
        _ = try await finish(plan, from: source)
        #expect(source.fetched.count == release.statement.blobs.count - 2)
        _ = try await verify()
    }

    @Test func `a finished blob with a flipped byte is fetched again`() async throws {
        let release = try MiniRelease()
        let plan = try release.plan(signedBy: [key])
        try await interrupt(plan, release, after: 3)
        let place = try #require(plan.blobsBySize.first)
        var bytes = try scratch.bytes("bundle.tar.partial")
        bytes[Int(place.contentOffset) + 5] ^= 1
        try scratch.write(bytes, to: "bundle.tar.partial")
        let source = release.source
        _ = try await finish(plan, from: source)
        #expect(source.fetched.contains(place.entry.digest))
        #expect(source.fetched.count == release.statement.blobs.count - 2)
        _ = try await verify()
    }

    @Test func `a resumed file has its headers, its padding and its end written again`() async throws {
        let release = try MiniRelease()
        let plan = try release.plan(signedBy: [key])
        try await interrupt(plan, release, after: 3)
        var bytes = try scratch.bytes("bundle.tar.partial")
        for place in plan.layout.placed {
            bytes[Int(place.headerOffset) + 300] = 1
            if place.contentOffset + place.entry.size < place.end { bytes[Int(place.end) - 1] = 1 }
        }
        bytes[bytes.count - 1] = 1
        try scratch.write(bytes, to: "bundle.tar.partial")
        _ = try await finish(plan, from: release.source)
        #expect(try await streamed(plan, release) == scratch.bytes("bundle.tar"))
    }

    @Test func `what another bundle left is begun afresh`() async throws {
        let other = try MiniRelease(salt: "other")
        try await interrupt(try other.plan(signedBy: [key]), other, after: 3)
        let release = try MiniRelease()
        let source = release.source
        let plan = try release.plan(signedBy: [key])
        #expect(try await finish(plan, from: source).statementBytes == plan.statementBytes)
        #expect(source.fetched.count == release.statement.blobs.count)
        #expect(try await streamed(plan, release) == scratch.bytes("bundle.tar"))
    }

    @Test(arguments: [0, 1, 511, 600, 200_000])
    func `rubbish in place of the unfinished file is begun afresh`(count: Int) async throws {
        try scratch.write([UInt8](repeating: 0x41, count: count), to: "bundle.tar.partial")
        let release = try MiniRelease()
        _ = try await finish(try release.plan(signedBy: [key]), from: release.source)
        _ = try await verify()
    }

    @Test(
        arguments: [
            ("too many bytes", [1], "pull.size"), ("too few bytes", [], "pull.size"),
            ("other bytes", nil, "pull.digest"),
        ] as [(String, [UInt8]?, String)])
    func `a source that lies leaves no file under the final name`(
        why: String, end: [UInt8]?, reason: String,
    ) async throws {
        let release = try MiniRelease()
        let place = try #require(release.statement.blobs.first)
        var bytes = try #require(release.shelf.blobs[place.digest])
        if end == [] { bytes.removeLast() }
        if end == nil { bytes[bytes.count / 2] ^= 1 }
        let source = release.source.with(place.digest, bytes + (end ?? []))
        let finding = try await #require(throws: Finding.self) {
            try await finish(try release.plan(signedBy: [key]), from: source)
        }
        #expect(finding.reason == reason)
        #expect(finding.fault == .content)
        #expect(finding.message.contains(place.digest.hex))
        #expect(try scratch.names == ["bundle.tar.partial", "bundle.tar.partial.journal"])
        // The lie is not in the journal: the next run asks again.
        _ = try await finish(try release.plan(signedBy: [key]), from: release.source)
        _ = try await verify()
    }

    @Test func `a pipe gets no end where a source lies`() async throws {
        let release = try MiniRelease()
        let last = try #require(release.statement.blobs.last)
        let lies = MiniReleaseLie(release: release, digest: last.digest)
        let file = try FileDescriptor.open(
            scratch.path("stream"), .writeOnly, options: [.create], permissions: [.ownerReadWrite])
        defer { try? file.close() }
        let plan = try release.plan(signedBy: [key])
        let finding = try await #require(throws: Finding.self) {
            try await BundleStream(plan, to: file).write(from: lies.source, events: nobody)
        }
        #expect(finding.reason == "pull.digest")
        #expect(try Int64(scratch.bytes("stream").count) < plan.layout.fileSize)
    }

    @Test func `stale signatures of a bundle with more signers do not stay beside`() async throws {
        let release = try MiniRelease()
        _ = try await finish(try release.plan(signedBy: [key, .generate(.ed25519)]), from: release.source)
        #expect(try scratch.names.contains("bundle.tar.1.sigstore.json"))
        _ = try await finish(try release.plan(signedBy: [key]), from: release.source)
        #expect(try scratch.names == ["bundle.tar", "bundle.tar.sigstore.json", "bundle.tar.statement.json"])
    }
}

/// A source that changes one byte of one blob.
private struct MiniReleaseLie {
    let release: MiniRelease
    let digest: Digest

    var source: ShelfSource {
        var bytes = release.shelf.blobs[digest] ?? []
        bytes[0] ^= 1
        return release.source.with(digest, bytes)
    }
}
