import Archive
import BundleFormat
import CommandRunner
import Foundation
import LibCrypto
import OCI
import SystemPackage
import Testing
import Trust

/// The file system must say that it could hold the bundle, though it will not have to.
private let isThereRoom = {
    let place = FilePath(FileManager.default.temporaryDirectory.appending(path: "x").path)
    return ((try? OutputFile.freeSpace(at: place)) ?? 0) > 9 << 30
}()

private let isSoaking = ProcessInfo.processInfo.environment["CGBUNDLE_SOAK"] != nil

/// An entry of more than 8 GiB, which is where ustar's size field ends. Its content is a hole in the file, so it costs
/// no disk.
@Suite(.enabled(if: isThereRoom)) struct LargeEntryTests {
    private static let size: Int64 = (8 << 30) + 1

    private let scratch: Scratch
    private let key: PrivateKey

    init() throws {
        scratch = try Scratch()
        key = try .generate(.ecdsaP256)
    }

    private var output: FilePath { scratch.path("bundle.tar") }

    /// What an export leaves that was interrupted before the first blob.
    private func begin(_ plan: BundlePlan) async throws {
        await #expect(throws: ShelfSource.Gone.self) {
            try await BundleFiller(plan, output: output) { _, _ in nil }
                .fill(from: ShelfSource([:], limit: 0), width: 1, events: nobody)
        }
    }

    /// The header as the second reader, which was written from bundle-spec alone, expects it.
    private func golden(_ entry: BundleEntry) throws -> [UInt8] {
        let script = """
            import sys
            sys.path.insert(0, sys.argv[1])
            import tarfront
            sys.stdout.buffer.write(tarfront.header(sys.argv[2], int(sys.argv[3])))
            """
        let result = try CommandRunner.run(
            "python3",
            [
                "-B", "-c", script, CommandRunner.checkout + "/Tests/SecondReader", entry.path.text,
                "\(entry.size)",
            ])
        #expect(result.status == 0, "\(result.errors)")
        return Array(result.output.utf8)
    }

    private func bytes(_ file: FilePath, at offset: Int64, count: Int64) throws -> [UInt8] {
        let descriptor = try FileDescriptor.open(file, .readOnly)
        defer { try? descriptor.close() }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let read = try bytes.withUnsafeMutableBytes {
            try descriptor.read(fromAbsoluteOffset: offset, into: $0)
        }
        return Array(bytes[..<read])
    }

    /// The names and sizes that bsdtar finds in a file.
    private func listing(_ file: FilePath) throws -> [String: Int64] {
        let result = try CommandRunner.run("bsdtar", ["-tvf", file.string])
        #expect(result.status == 0, "\(result.errors)")
        let rows = result.output.split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(uniqueKeysWithValues: rows.map { (String($0.last ?? ""), Int64($0[4]) ?? -1) })
    }

    private func expectLargeEntry(in file: FilePath, of plan: BundlePlan, _ digest: Digest) throws {
        let place = try #require(plan.layout.placed.first { $0.entry.digest == digest })
        let length = place.contentOffset - place.headerOffset
        #expect(length == 1536)
        #expect(try bytes(file, at: place.headerOffset, count: length) == golden(place.entry))
        let listed = try listing(file)
        for place in plan.layout.placed { #expect(listed[place.entry.path.text] == place.entry.size) }
    }

    @Test
    func `B230 an entry of more than 8 GiB has the pinned headers, and other tools find what lies behind it`()
        async throws
    {
        let layer = Descriptor(mediaType: .layer, digest: Digest(of: []), size: Self.size)
        let plan = try MiniRelease(layer: layer).plan(signedBy: [key])
        try await begin(plan)
        try expectLargeEntry(in: scratch.path("bundle.tar.partial"), of: plan, layer.digest)
    }

    @Test(.enabled(if: isSoaking))
    func `B230 a bundle with an entry of more than 8 GiB is finished, and read back by us and by others`()
        async throws
    {
        let hashed = try CommandRunner.run(
            "sh", ["-c", "head -c \(Self.size) /dev/zero | openssl dgst -sha256 -r | cut -c 1-64"])
        let digest = try Digest("sha256:" + hashed.output.prefix(64))
        let release = try MiniRelease(layer: Descriptor(mediaType: .layer, digest: digest, size: Self.size))
        let plan = try release.plan(signedBy: [key])
        try await begin(plan)
        // The hole is what an earlier run had finished, so it is hashed and not fetched.
        try scratch.write(Array((digest.hex + "\n").utf8), to: "bundle.tar.partial.journal")
        let source = release.source
        let filler = try BundleFiller(plan, output: output) {
            try plan.resuming(statement: $0, signatures: $1)
        }
        try await filler.fill(from: source, width: 2, events: nobody)
        try filler.publish()
        #expect(!source.fetched.contains(digest) && !source.fetched.isEmpty)
        try expectLargeEntry(in: output, of: plan, digest)
        let policy = try SignerPolicy(keys: [key.publicKey])
        let bundle = try await BundleReader(output).statement(acceptedBy: policy).verified(
            width: 2, allowing: MiniRelease.gaps, events: nobody)
        #expect(bundle.statement == release.statement)
        let path = try #require(plan.layout.placed.first { $0.entry.digest == digest }).entry.path.text
        let read = try CommandRunner.run(
            "sh", ["-c", #"bsdtar -xOf "$0" "$1" | openssl dgst -sha256 -r"#, output.string, path])
        #expect(read.output.hasPrefix(digest.hex), "\(read.errors)")
        // The file takes the disk of the small entries alone.
        var status = stat()
        #expect(stat(output.string, &status) == 0 && status.st_blocks * 512 < 16 << 20)
    }
}
