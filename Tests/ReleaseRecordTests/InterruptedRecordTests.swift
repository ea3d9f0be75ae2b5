import BundleFormat
import Foundation
import OCI
import StrictJSON
import SystemPackage
import Testing

@testable import ReleaseRecord

/// Records as a run leaves them that is stopped between two steps, and records of earlier versions.
@Suite struct InterruptedRecordTests {
    private static let channel = "record/cloudgrid/release/"
    private static let name = "v1.0.0-beta-r1"
    private static let folder = channel + name
    private static let old = channel + ".v1.0.0-beta-r1.old"

    private func target() throws -> RecordTarget { .registry(try RegistryLocation(Samples.target)) }

    /// A record with two results of one release; the first one's folder, with an attachment, is `.NAME.old`.
    private func replaced(_ scratch: Scratch, _ bundle: VerifiedBundle) throws -> [UInt8] {
        let first = try Record(root: scratch.record).locked()
        _ = try first.write(try Samples.contents(bundle))
        try FileManager.default.copyItem(
            atPath: scratch.path(Self.folder).string, toPath: scratch.path("first").string)
        try scratch.write([7], toNew: "first/attachments/own.txt")
        let log = try scratch.bytes("record/log.jsonl")
        _ = try first.write(try Samples.contents(bundle, pullSecret: try PullSecretNameSample.name))
        try scratch.move("first", to: Self.old)
        return log
    }

    @Test func `stopped before the log has the new folder, a run goes back and then completes`() async throws
    {
        let (scratch, bundle) = (try Scratch(), try await Samples.bundle())
        let log = try replaced(scratch, bundle)
        try scratch.write(log, to: "record/log.jsonl")
        let record = try Record(root: scratch.record).locked()
        let change = try record.check(ReleaseID(bundle.statement), target: try target())
        #expect(change.kept.isEmpty && change.moved.isEmpty)
        #expect(try scratch.names(Self.channel) == [Self.name])
        #expect(try scratch.bytes(Self.folder + "/attachments/own.txt") == [7])
        let written = try record.write(
            try Samples.contents(bundle, pullSecret: try PullSecretNameSample.name))
        #expect(!written.wasThere)
        #expect(try scratch.names(Self.channel) == [Self.name])
        #expect(try scratch.bytes(Self.folder + "/attachments/own.txt") == [7])
    }

    @Test func `stopped after the log has the new folder, a run carries the attachments over`() async throws {
        let (scratch, bundle) = (try Scratch(), try await Samples.bundle())
        _ = try replaced(scratch, bundle)
        let record = try Record(root: scratch.record).locked()
        let change = try record.check(ReleaseID(bundle.statement), target: try target())
        #expect(change.kept.isEmpty && change.moved.isEmpty)
        #expect(try scratch.names(Self.channel) == [Self.name])
        #expect(try scratch.bytes(Self.folder + "/attachments/own.txt") == [7])
    }

    @Test func `stopped between two renames, a run puts the old folder back`() async throws {
        let (scratch, bundle) = (try Scratch(), try await Samples.bundle())
        let record = try Record(root: scratch.record).locked()
        _ = try record.write(try Samples.contents(bundle))
        let before = try scratch.contents()
        try scratch.move(Self.folder, to: Self.old)
        _ = try record.check(ReleaseID(bundle.statement), target: try target())
        #expect(try scratch.contents() == before)
    }

    @Test func `a file that was added to a replaced folder is kept`() async throws {
        let (scratch, bundle) = (try Scratch(), try await Samples.bundle())
        _ = try replaced(scratch, bundle)
        try scratch.write([9], to: Self.old + "/release/late.txt")
        let record = try Record(root: scratch.record).locked()
        let change = try record.check(ReleaseID(bundle.statement), target: try target())
        let kept = Self.channel + Self.name + ".replaced-1"
        #expect(change.kept == [scratch.path(kept)])
        #expect(try scratch.bytes(kept + "/release/late.txt") == [9])
        #expect(try scratch.bytes(Self.folder + "/attachments/own.txt") == [7])
    }

    /// Makes a record as versions before the parts wrote it: one flat folder, no digest in the log.
    private func flatten(_ scratch: Scratch, _ bundle: VerifiedBundle) throws {
        let contents = try Samples.contents(bundle)
        _ = try Record(root: scratch.record).locked().write(contents)
        let document = try StrictJSON.parseObject(
            try scratch.bytes(Self.folder + "/deployment-record.json"), name: "record",
            limits: JSONLimits(bytes: 1 << 24)
        ).object()
        var flat = document
        guard case .array(let files) = document["files"] else { return }
        flat["files"] = .array(
            try files.map { (file: JSONValue) throws -> JSONValue in
                guard case .object(var object) = file, case .string(let name) = object["name"] else {
                    return file
                }
                let short = String(name.drop { $0 != "/" }.dropFirst())
                let bytes = try scratch.bytes(Self.folder + "/" + name)
                try scratch.write(bytes, toNew: "flat/" + short)
                object["name"] = .string(short)
                return .object(object)
            })
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o700], ofItemAtPath: scratch.path("flat").string)
        try FileManager.default.removeItem(atPath: scratch.path(Self.folder).string)
        try FileManager.default.removeItem(atPath: scratch.path("record/log.jsonl").string)
        try scratch.write(try JSONValue.object(flat).pretty(), to: "flat/deployment-record.json")
        try scratch.move("flat", to: Self.folder)
        guard let root = try RecordFolder.root(scratch.record) else { throw CocoaError(.fileNoSuchFile) }
        var log = try RecordLog(in: root)
        try log.append(contents.logLine(recordDigest: nil), in: root)
    }

    @Test func `the next import of a release of the earlier layout moves foreign files to attachments`()
        async throws
    {
        let (scratch, bundle) = (try Scratch(), try await Samples.bundle())
        try flatten(scratch, bundle)
        try scratch.write([1], to: Self.folder + "/cloudgrid-prod.yaml")
        try scratch.write([2], to: Self.folder + "/chart/own.yaml")
        try scratch.write([3], to: Self.folder + "/release-manifest.json")
        let record = try Record(root: scratch.record).locked()
        let accepted = try record.accepted(
            product: bundle.statement.product, channel: bundle.statement.channel)
        #expect(accepted.highest?.version == bundle.statement.version)
        #expect(accepted.highest?.recordDigest == nil)
        _ = try record.check(ReleaseID(bundle.statement), target: try target())
        let written = try record.write(try Samples.contents(bundle))
        let moved = ["chart/own.yaml", "cloudgrid-prod.yaml", "release-manifest.json"]
        #expect(written.change.moved.sorted() == moved)
        #expect(written.change.kept.isEmpty)
        for (path, content) in zip(moved, [2, 1, 3] as [UInt8]) {
            #expect(try scratch.bytes(Self.folder + "/attachments/" + path) == [content])
        }
        #expect(
            try scratch.names(Self.folder) == [
                "attachments", "deployment-record.json", "evidence", "install", "release",
            ])
        #expect(try scratch.names(Self.channel) == [Self.name])
        let again = try record.write(try Samples.contents(bundle))
        #expect(again.wasThere)
    }
}
