import BundleFormat
import Foundation
import Glibc
import OCI
import ReleaseSet
import SystemPackage
import Testing

@testable import ReleaseRecord

/// Files of the operator's own in a record.
@Suite struct AttachmentTests {
    private static let attachments = "record/cloudgrid/release/v1.0.0-beta-r1/attachments"

    private let scratch: Scratch
    private let id: ReleaseID
    private let record: LockedRecord

    init() async throws {
        scratch = try Scratch()
        let bundle = try await Samples.bundle()
        record = try Record(root: scratch.record).locked()
        _ = try record.write(try Samples.contents(bundle))
        id = ReleaseID(bundle.statement)
    }

    private func attach(_ bytes: [UInt8], as name: String = "change.txt") throws -> AttachedFile {
        try scratch.write(bytes, to: "source")
        let path = scratch.path("source")
        let file = PositionedFile(try FileDescriptor.open(path, .readOnly), path: path)
        return try record.attach(file, as: try FileName(name), to: id, at: Samples.time())
    }

    @Test func `a copy is made and the log has its digest`() throws {
        let bytes = [UInt8](repeating: 0x61, count: 700_000)
        let attached = try attach(bytes)
        #expect(!attached.wasThere)
        #expect(attached.path == scratch.path(Self.attachments + "/change.txt"))
        #expect(try scratch.bytes(Self.attachments + "/change.txt") == bytes)
        #expect(try scratch.names(Self.attachments) == ["change.txt"])
        let line = try #require(try scratch.log().lines.last?.attached)
        #expect(line.digest == Digest(of: bytes) && line.size == 700_000 && line.name.text == "change.txt")
        #expect(line.id == id)
        // Lines of this kind set no floor and do not hide the accepted release.
        #expect(try scratch.log().accepted(id).count == 1)
        _ = try record.check(id, target: .registry(try RegistryLocation(Samples.target)))
    }

    @Test func `the same file again adds nothing, and other content is refused`() throws {
        _ = try attach([1])
        let before = try scratch.contents()["record/log.jsonl"]
        #expect(try attach([1]).wasThere)
        let message = try refusal(.usage, "output.exists") { _ = try attach([2]) }
        #expect(message.contains("attachments/change.txt") && message.contains("--name"))
        #expect(try scratch.bytes(Self.attachments + "/change.txt") == [1])
        #expect(try scratch.names(Self.attachments) == ["change.txt"])
        #expect(try scratch.contents()["record/log.jsonl"] == before)
    }

    @Test func `a link with the name is never written through`() throws {
        _ = try attach([1], as: "other.txt")
        try scratch.write([5], to: "outside")
        let place = scratch.path(Self.attachments + "/change.txt").string
        #expect(symlink(scratch.path("outside").string, place) == 0)
        try refusal(.usage, "output.exists") { _ = try attach([5]) }
        #expect(try scratch.bytes("outside") == [5])
    }

    @Test func `a run that was stopped is completed`() throws {
        let empty = try scratch.bytes("record/log.jsonl")
        _ = try attach([1, 2])
        let full = try scratch.bytes("record/log.jsonl")
        // Before the line; and in the middle of the copy.
        try scratch.write(empty, to: "record/log.jsonl")
        try scratch.write([1], to: Self.attachments + "/.change.txt.partial")
        #expect(try !attach([1, 2]).wasThere)
        #expect(try scratch.bytes("record/log.jsonl") == full)
        #expect(try scratch.names(Self.attachments) == ["change.txt"])
    }

    @Test func `a release is found by its version, and must be in the log`() throws {
        let (product, channel) = (id.product, id.channel)
        #expect(
            try record.release(product: product, channel: channel, version: id.version, revision: nil) == id)
        for (version, revision) in [("v9.9.9", nil), ("v1.0.0-beta", 2 as Int64)] {
            try refusal(.policy, "record.missing") {
                _ = try record.release(
                    product: product, channel: channel, version: try ReleaseVersion(version),
                    revision: revision)
            }
        }
    }
}
