import BundleFormat
import LibCrypto
import ReleaseSet
import SystemPackage
import Testing
import Trust

/// The first reading of bundles that were really written; the lies of tampered ones are told elsewhere, one by one.
@Suite struct BundleReaderTests {
    let scratch: Scratch
    let key: PrivateKey

    init() throws {
        scratch = try Scratch()
        key = try .generate(.ed25519)
    }

    /// Writes the bundle, lets `change` at its bytes, and reads it.
    private func read(_ change: (inout [UInt8], BundlePlan) -> Void) async throws -> VerifiedBundle {
        let release = try MiniRelease()
        let plan = try release.plan(signedBy: [key])
        let filler = try BundleFiller(plan, output: scratch.path("out")) { _, _ in nil }
        try await filler.fill(from: release.source, width: 2, events: nobody)
        try filler.publish()
        var bytes = try scratch.bytes("out")
        change(&bytes, plan)
        try scratch.write(bytes, to: "bundle.tar")
        return try await BundleReader(scratch.path("bundle.tar"))
            .statement(acceptedBy: SignerPolicy(keys: [key.publicKey])).verified(
                width: 2, allowing: MiniRelease.gaps, events: nobody)
    }

    private func reasons(_ change: (inout [UInt8], BundlePlan) -> Void) async throws -> [String] {
        do {
            _ = try await read(change)
            return []
        } catch let refusal as Refusal {
            return refusal.findings.map(\.reason)
        } catch let finding as Finding {
            return [finding.reason]
        }
    }

    @Test func `a bundle as written is believed`() async throws {
        let bundle = try await read { _, _ in }
        #expect(bundle.signers == [BundleSigner(KeyID(of: key.publicKey))])
        #expect(bundle.manifest.images.count == 1)
        #expect(bundle.artifact.files.count == 3)
        try bundle.checkUnchanged()
    }

    @Test func `a file that is too short or too long is told before its content is read`() async throws {
        #expect(try await reasons { bytes, _ in bytes.removeLast() } == ["tar.truncated"])
        #expect(try await reasons { bytes, _ in bytes.append(0) } == ["tar.trailing"])
        #expect(
            try await reasons { bytes, plan in
                bytes[Int(plan.layout.placed[1].contentOffset)] ^= 1
                bytes.removeLast(512)
            } == ["tar.truncated"])
    }

    @Test func `all that is wrong is told, headers before content`() async throws {
        let found = try await reasons { bytes, plan in
            let places = plan.layout.placed
            bytes[Int(places[2].contentOffset)] ^= 1
            bytes[Int(places[3].headerOffset) + 100] ^= 1
            bytes[Int(places[4].contentOffset)] ^= 1
            bytes[bytes.count - 1] = 1
        }
        #expect(found.prefix(2) == ["tar.header", "tar.truncated"])
        #expect(found.dropFirst(2) == ["blob.digest", "blob.digest"])
    }

    @Test func `wrong bytes are told with the images that they are part of`() async throws {
        let refusal = try await #require(throws: Refusal.self) {
            try await read { bytes, plan in bytes[Int(plan.blobsBySize[0].contentOffset)] ^= 1 }
        }
        #expect(refusal.first.message.hasSuffix("it is part of cloudgrid-bff"))
        #expect(refusal.first.fault == .content)
    }

    @Test func `a file that changes after it was verified is seen`() async throws {
        let bundle = try await read { _, _ in }
        let digest = bundle.listed.layout.placed[1].entry.digest
        #expect(try bundle.bytes(of: digest).count > 0)
        let file = try FileDescriptor.open(scratch.path("bundle.tar"), .writeOnly)
        defer { try? file.close() }
        let offset = bundle.listed.layout.placed[1].contentOffset
        _ = try file.writeAll(toAbsoluteOffset: offset, [0x21])
        let finding = try #require(throws: Finding.self) { try bundle.bytes(of: digest) }
        #expect(finding.reason == "changed")
        #expect(throws: Finding.self) { try bundle.checkUnchanged() }
    }

    @Test func `a link in place of the bundle is followed unless it may not be`() async throws {
        _ = try await read { _, _ in }
        try scratch.link("link.tar", to: "bundle.tar")
        #expect(try BundleReader(scratch.path("link.tar")).front.signatures.count == 1)
        #expect(throws: Finding.self) { try BundleReader(scratch.path("link.tar"), followsLinks: false) }
    }

    @Test func `a folder and a path that is not there are told as such`() throws {
        let folder = try #require(throws: Finding.self) { try BundleReader(scratch.path("")) }
        #expect(folder.reason == "file.notregular")
        let nothing = try #require(throws: Finding.self) { try BundleReader(scratch.path("none")) }
        #expect(nothing.reason == "file.open")
        #expect(nothing.message.contains("ENOENT"))
    }
}
