import BundleFormat
import Foundation
import Glibc
import OCI
import SystemPackage
import Testing

@testable import ReleaseRecord

/// Changes of a release's folder by others than an import.
@Suite struct FolderCheckTests {
    static let folder = "record/cloudgrid/release/v1.0.0-beta-r1"

    private func recorded() async throws -> (Scratch, VerifiedBundle, LockedRecord) {
        let (scratch, bundle) = (try Scratch(), try await Samples.bundle())
        let record = try Record(root: scratch.record).locked()
        _ = try record.write(try Samples.contents(bundle))
        return (scratch, bundle, record)
    }

    private func target(_ text: String = Samples.target) throws -> RecordTarget {
        .registry(try RegistryLocation(text))
    }

    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reason: String
        let path: String
        let make: @Sendable (Scratch, String) throws -> Void

        init(
            _ description: String, _ reason: String, _ path: String,
            _ make: @escaping @Sendable (Scratch, String) throws -> Void,
        ) {
            (testDescription, self.reason, self.path, self.make) = (description, reason, path, make)
        }
    }

    static let changes = [
        Change("appended bytes", "record.changed", "release/release-manifest.json") {
            try $0.write(try $0.bytes($1) + [0x0A], to: $1)
        },
        Change("another byte", "record.changed", "evidence/statement.json") {
            var bytes = try $0.bytes($1)
            bytes[0] ^= 1
            try $0.write(bytes, to: $1)
        },
        Change("an edited deployment record", "record.changed", "deployment-record.json") {
            try $0.write(try $0.bytes($1) + [0x0A], to: $1)
        },
        Change("a symbolic link to the same content", "record.linked", "install/install.sh") {
            try $0.move($1, to: "elsewhere")
            #expect(symlink($0.path("elsewhere").string, $0.path($1).string) == 0)
        },
        Change("a hard link", "record.linked", "release/checksums.txt") {
            #expect(link($0.path($1).string, $0.path("second").string) == 0)
        },
        Change("a folder that is a link", "record.linked", "release") {
            try $0.move($1, to: "elsewhere")
            #expect(symlink($0.path("elsewhere").string, $0.path($1).string) == 0)
        },
        Change("an added link", "record.linked", "release/more") {
            #expect(symlink("/etc/passwd", $0.path($1).string) == 0)
        },
        Change("a lost file", "record.missing", "release/release-values.yaml") {
            try FileManager.default.removeItem(atPath: $0.path($1).string)
        },
        Change("a lost deployment record", "record.missing", "deployment-record.json") {
            try FileManager.default.removeItem(atPath: $0.path($1).string)
        },
        Change("a lost folder", "record.missing", "install/chart/values.yaml") { scratch, _ in
            try FileManager.default.removeItem(
                atPath: scratch.path(FolderCheckTests.folder + "/install").string)
        },
        Change("a file of the operator", "record.foreign", "install/cloudgrid-prod.yaml") {
            try $0.write([0x61], to: $1)
        },
        Change("a folder of the operator", "record.foreign", "release/notes") {
            try $0.write([0x61], toNew: $1 + "/a.txt")
        },
        Change("a pipe in place of a file", "record.changed", "install/pull-secret.yaml") {
            try FileManager.default.removeItem(atPath: $0.path($1).string)
            #expect(mkfifo($0.path($1).string, 0o600) == 0)
        },
    ]

    @Test(arguments: changes)
    func `a change is named, and stops check, dry run and writing; nothing is touched`(change: Change)
        async throws
    {
        let (scratch, bundle, record) = try await recorded()
        let id = ReleaseID(bundle.statement)
        try record.check(id, target: try target()).expectNothing()
        try change.make(scratch, Self.folder + "/" + change.path)
        let before = try RunListing(scratch)
        let contents = try Samples.contents(bundle, pullSecret: try PullSecretNameSample.name)
        let place = try target()
        let attempts: [() throws -> Void] = [
            { _ = try record.check(id, target: place) },
            { try Record(root: scratch.record).check(id, target: place) },
            { _ = try record.write(contents) },
            { try record.requireRoom(for: contents.plan) },
        ]
        for attempt in attempts {
            let refusal = try #require(throws: Refusal.self) { try attempt() }
            let named = refusal.findings.filter { $0.reason == change.reason }
            let path = scratch.path(Self.folder + "/" + change.path).string
            #expect(named.contains { $0.message.hasPrefix(path + ":") }, "\(refusal.findings)")
            #expect(refusal.first.fault == .policy)
        }
        #expect(try RunListing(scratch) == before)
    }

    @Test func `a release that the log has and the record has not is missing`() async throws {
        let (scratch, bundle, record) = try await recorded()
        try FileManager.default.removeItem(atPath: scratch.path(Self.folder).string)
        let refusal = try #require(throws: Refusal.self) {
            _ = try record.check(ReleaseID(bundle.statement), target: try target())
        }
        #expect(refusal.first.reason == "record.missing")
        #expect(refusal.first.message.contains("record rebuild"))
    }

    @Test func `another target is refused with advice`() async throws {
        let (scratch, bundle, record) = try await recorded()
        defer { withExtendedLifetime(scratch) {} }
        let id = ReleaseID(bundle.statement)
        for other in ["registry.example.com/other", "registry.example.com", "other.example.com/cloudgrid"] {
            let message = try refusal(.policy, "record.target") {
                _ = try record.check(id, target: try target(other))
            }
            #expect(message.contains(Samples.target) && message.contains("--record"))
        }
        let layout = RecordTarget.layout(FilePath("mirror"), workingFolder: FilePath("/srv"))
        #expect(layout.name == "/srv/mirror")
        try refusal(.policy, "record.target") { _ = try record.check(id, target: layout) }
        #expect(layout.matches("mirror") && layout.matches("/srv/x/../mirror"))
        #expect(!layout.matches("/srv/mirror2") && !layout.matches(Samples.target))
    }

    @Test func `other options rewrite what is unchanged and keep the attachments`() async throws {
        let (scratch, bundle, record) = try await recorded()
        let own = Self.folder + "/attachments/change/4711.txt"
        try scratch.write([1, 2], toNew: own)
        let again = try record.write(
            try Samples.contents(bundle, pullSecret: try PullSecretNameSample.name))
        #expect(!again.wasThere && again.change.kept.isEmpty)
        #expect(try scratch.bytes(own) == [1, 2])
        let log = try scratch.log()
        let digests = log.accepted(ReleaseID(bundle.statement)).map(\.recordDigest)
        #expect(digests.count == 2 && digests[0] != digests[1])
        #expect(Digest(of: try scratch.bytes(Self.folder + "/deployment-record.json")) == digests[1])
        #expect(try scratch.names("record/cloudgrid/release") == ["v1.0.0-beta-r1"])
        let third = try record.write(
            try Samples.contents(bundle, pullSecret: try PullSecretNameSample.name))
        #expect(third.wasThere)
        #expect(try scratch.bytes(own) == [1, 2])
    }
}

extension RecordChange {
    fileprivate func expectNothing() {
        #expect(moved.isEmpty && kept.isEmpty)
    }
}
