import BundleFormat
import Foundation
import Glibc
import OCI
import ReleaseSet
import StrictJSON
import SystemPackage
import Testing
import VendorProof
import Trust

@testable import ReleaseRecord

@Suite struct LockedRecordTests {
    private static let folder = "record/cloudgrid/release/v1.0.0-beta-r1"

    private func json(_ scratch: Scratch) throws -> JSONObject {
        try StrictJSON.parseObject(
            try scratch.bytes(Self.folder + "/deployment-record.json"), name: "record",
            limits: JSONLimits(bytes: 1 << 24)
        ).object()
    }

    private func logLines(_ scratch: Scratch) throws -> Int {
        try scratch.bytes("record/log.jsonl").count { $0 == UInt8(ascii: "\n") }
    }

    @Test func `a release is recorded with its files, statement and signatures`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        let written = try Record(root: scratch.record).locked().write(try Samples.contents(bundle))
        #expect(!written.wasThere)
        #expect(written.folder == scratch.path(Self.folder))
        for file in bundle.artifact.files {
            #expect(Digest(of: try scratch.bytes(Self.folder + "/release/\(file.name)")) == file.digest)
        }
        #expect(
            Digest(of: try scratch.bytes(Self.folder + "/evidence/statement.json")) == bundle.listed.digest)
        let signature = try scratch.bytes(Self.folder + "/evidence/statement.0.sigstore.json")
        #expect(signature == bundle.listed.reader.front.signatures[0].bytes)
        let path = scratch.path(Self.folder).string
        let names = try FileManager.default.subpathsOfDirectory(atPath: path)
        let own = [
            "deployment-record.json", "evidence", "evidence/statement.0.sigstore.json",
            "evidence/statement.json", "evidence/verification.json", "install", "install/chart",
            "install/chart/profiles", "install/chart/profiles/enterprise.yaml",
            "install/chart/profiles/local.yaml", "install/chart/profiles/small.yaml",
            "install/chart/values.yaml", "install/compose", "install/compose/cloudgrid-local.mirrored.sh",
            "install/compose/cloudgrid.mirrored.compose.yaml", "install/compose/cloudgrid.mirrored.env",
            "install/install.sh", "install/last-values.yaml",
            "install/pull-secret.yaml", "install/release-values.mirrored.yaml",
            "install/values-report.txt", "release",
        ]
        let release = bundle.artifact.files.map { "release/\($0.name)" }
        #expect(names.sorted() == (release + own).sorted())
    }

    @Test func `the deployment record keeps its schema`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        let overrides = [RecordContents.Override(option: "--ignore-expiry", reason: "the stick was late")]
        let secret = try PullSecretName("mirror")
        _ = try Record(root: scratch.record).locked().write(
            try Samples.contents(bundle, overrides: overrides, pullSecret: secret))
        let text = try Data(
            contentsOf: Samples.project.appending(path: "bundle-spec/deployment-record.schema.json"))
        let schema = try StrictJSON.parse([UInt8](text), name: "schema", limits: JSONLimits(bytes: 1 << 20))
        var check = SchemaCheck(schema)
        let record = try json(scratch)
        check.check(.object(record))
        #expect(check.faults == [])
        for name in [
            "pullSecret", "values", "environment", "options", "signers", "tool", "commit", "chartVersion",
        ] {
            #expect(record[name] != nil, "\(name)")
        }
        guard case .array(let files) = record["files"] else {
            Issue.record("no files")
            return
        }
        let words = files.compactMap { if case .object(let file) = $0 { file["coverage"] } else { nil } }
        #expect(words.count == bundle.artifact.files.count)
        #expect(words.contains("listed") && words.contains("not-listed") && words.contains("proof"))
    }

    @Test func `digests in the deployment record are those read back`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        _ = try Record(root: scratch.record).locked().write(try Samples.contents(bundle))
        let record = try json(scratch)
        guard case .array(let images) = record["images"], case .object(let first) = images.first else {
            Issue.record("no images")
            return
        }
        let entry = try #require(bundle.index.entries.first { $0.kind == .image })
        #expect(images.count == 8)
        #expect(first["digest"] == .string(entry.digest.description))
        #expect(first["mirrored"] == .string("\(Samples.target)/\(entry.repository)@\(entry.digest)"))
        #expect(first["tags"] == ["sha-0123456789ab", "v1.0.0-beta"])
        #expect(record["vendorProof"] == "not checked")
        guard case .array(let signatures) = record["signatureTags"],
            case .object(let signature) = signatures.first
        else {
            Issue.record("no signature tags")
            return
        }
        #expect(signature["state"] == "pushed")
    }

    @Test(arguments: [true, false])
    func `a tag that was not read back, or as something else, is never recorded`(isMissing: Bool) async throws
    {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        var tags = try Samples.tags(of: bundle)
        let place = try #require(tags.firstIndex { $0.repository.text == "charts/cloudgrid" })
        let tag = tags.remove(at: place)
        if !isMissing {
            tags.append(.init(repository: tag.repository, tag: tag.tag, digest: Samples.digest("other")))
        }
        let contents = try Samples.contents(bundle, tags: tags)
        try refusal(.internal, "internal") { _ = try Record(root: scratch.record).locked().write(contents) }
        #expect(try scratch.contents().keys.sorted() == ["record"])
    }

    @Test func `a signature tag that was left alone stands with what it holds`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        let signature = try #require(bundle.index.entries.first { $0.kind == .signature })
        let tag = try #require(signature.tag)
        let other = Samples.digest("co-signed")
        let contents = try Samples.contents(
            bundle, tags: try Samples.tags(of: bundle).filter { $0.tag != tag },
            leftAlone: [.init(repository: signature.repository, tag: tag, digest: other)])
        _ = try Record(root: scratch.record).locked().write(contents)
        let expected: JSONValue = [
            [
                "repository": .string(signature.repository.text), "tag": .string(tag.text),
                "digest": .string(other.description), "state": "left-alone",
            ]
        ]
        #expect(try json(scratch)["signatureTags"] == expected)
    }

    @Test func `the same import again changes nothing`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        _ = try Record(root: scratch.record).locked().write(try Samples.contents(bundle))
        let before = try scratch.contents()
        let again = try Record(root: scratch.record).locked().write(try Samples.contents(bundle))
        #expect(again.wasThere)
        #expect(try scratch.contents() == before)
        #expect(try logLines(scratch) == 1)
    }

    @Test func `an import that was stopped before the log is completed`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        _ = try Record(root: scratch.record).locked().write(try Samples.contents(bundle))
        let before = try scratch.contents()
        try FileManager.default.removeItem(atPath: scratch.path("record/log.jsonl").string)
        let again = try Record(root: scratch.record).locked().write(try Samples.contents(bundle))
        #expect(!again.wasThere)
        #expect(try scratch.contents() == before)
    }

    @Test func `what killed runs left is removed, and files of unknown origin are kept`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        let channel = "record/cloudgrid/release/"
        for path in ["evidence/statement.json", "install/chart/values.yaml"] {
            try scratch.write([0], toNew: channel + ".v1.0.0-beta-r1.partial/" + path)
        }
        let record = try Record(root: scratch.record).locked()
        _ = try record.write(try Samples.contents(bundle))
        #expect(try scratch.names(channel) == ["v1.0.0-beta-r1"])
        for path in ["evidence/statement.json", "notes.txt"] {
            try scratch.write([0], toNew: channel + ".v1.0.0-beta-r1.partial/" + path)
        }
        let secret = try PullSecretName("mirror")
        let again = try record.write(try Samples.contents(bundle, pullSecret: secret))
        #expect(!again.wasThere)
        #expect(again.change.kept == [scratch.path(channel + "v1.0.0-beta-r1.replaced-1")])
        #expect(try scratch.names(channel) == ["v1.0.0-beta-r1", "v1.0.0-beta-r1.replaced-1"])
        #expect(try scratch.bytes(channel + "v1.0.0-beta-r1.replaced-1/notes.txt") == [0])
    }

    @Test func `a bundle that changes while it is recorded leaves no folder and no line`() async throws {
        let scratch = try Scratch()
        try FileManager.default.copyItem(
            atPath: Samples.golden.string, toPath: scratch.path("bundle.tar").string)
        let bundle = try await Samples.bundle(scratch.path("bundle.tar"))
        let contents = try Samples.contents(bundle)
        let file = try #require(bundle.artifact.file(named: "release-values.yaml"))
        let place = try #require(bundle.listed.layout.placed.first { $0.entry.digest == file.digest })
        let handle = try FileHandle(forWritingTo: scratch.url.appending(path: "bundle.tar"))
        try handle.seek(toOffset: UInt64(place.contentOffset))
        try handle.write(contentsOf: Data([UInt8(ascii: "!")]))
        try handle.close()
        let message = try refusal(.content, "changed") {
            _ = try Record(root: scratch.record).locked().write(contents)
        }
        #expect(message.contains(file.digest.description))
        let left = try scratch.contents().keys.filter { $0.hasPrefix("record/") }.sorted()
        #expect(left == ["record/cloudgrid", "record/cloudgrid/release"])
    }

    @Test func `into a record with a broken log nothing is written`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        let record = try Record(root: scratch.record).locked()
        try scratch.write([UInt8]("{}\n".utf8), to: "record/log.jsonl")
        let before = try scratch.contents()
        let contents = try Samples.contents(bundle)
        try refusal(.policy, "state.corrupt") { _ = try record.write(contents) }
        #expect(try scratch.contents() == before)
    }

    @Test func `modes do not depend on the umask`() async throws {
        let scratch = try Scratch()
        let bundle = try await Samples.bundle()
        let contents = try Samples.contents(bundle)
        let before = umask(0)
        defer { umask(before) }
        _ = try Record(root: scratch.record).locked().write(contents)
        for (name, mode) in try scratch.modes() {
            let isOpen =
                [
                    "record", "record/cloudgrid", "record/cloudgrid/release", Self.folder,
                    Self.folder + "/release", Self.folder + "/evidence", Self.folder + "/install",
                    Self.folder + "/install/chart", Self.folder + "/install/chart/profiles",
                    Self.folder + "/install/compose",
                ].contains(name) || name.hasSuffix(".sh") && name.contains("/install/")
            #expect(mode == (isOpen ? 0o700 : 0o600), "\(name)")
        }
    }

    @Test func `values are mirrored where the target is a registry`() async throws {
        let bundle = try await Samples.bundle()
        let plan = try Samples.plan(bundle)
        #expect(plan.values?.changes.isEmpty == false)
        #expect(plan.byteCount > bundle.artifact.files.reduce(0) { $0 + $1.size })
        let layout = try RecordPlan(
            bundle, target: "oci:/srv/layout", pullLocation: nil,
            vendor: try bundle.vendorReport(.none(now: Timestamp(seconds: 0))))
        #expect(layout.values == nil)
        #expect(!layout.files.contains { $0.name.text == RecordPlan.mirroredValuesName })
    }
}
