import BundleFormat
import Foundation
import ReleaseSet
import SystemPackage
import Testing

@testable import ReleaseRecord

@Suite struct RecordLockTests {
    @Test func `a second import is refused with the process that holds the lock`() throws {
        let scratch = try Scratch()
        let held = try Record(root: scratch.record).locked()
        let message = try refusal(.policy, "state.busy") { _ = try Record(root: scratch.record).locked() }
        #expect(message.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
        #expect(held.record.root == scratch.record)
    }

    @Test func `the lock is let go with the record`() throws {
        let scratch = try Scratch()
        _ = try Record(root: scratch.record).locked()
        _ = try Record(root: scratch.record).locked()
    }

    @Test func `a new root is for this user alone`() throws {
        let scratch = try Scratch()
        let held = try Record(root: scratch.record).locked()
        #expect(try scratch.modes() == ["record": 0o700, "record/lock": 0o600])
        _ = held
    }

    @Test func `a root that is a symbolic link is refused`() throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.path("elsewhere").string, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: scratch.record.string, withDestinationPath: scratch.path("elsewhere").string)
        let message = try refusal(.local, "record.unsafe") { _ = try Record(root: scratch.record).locked() }
        #expect(message.contains("symbolic link"))
        #expect(try scratch.contents().keys.sorted() == ["elsewhere", "record"])
    }

    @Test(arguments: [0o770, 0o707, 0o777])
    func `a root that others may write to is refused`(mode: Int) throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.record.string, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scratch.record.string)
        try refusal(.local, "record.unsafe") { _ = try Record(root: scratch.record).locked() }
    }

    @Test(arguments: ["absent/record", "file/record", "file"])
    func `a root that cannot be made or opened is refused before anything else`(name: String) throws {
        let scratch = try Scratch()
        try scratch.write([], to: "file")
        try refusal(.local, "state.open") { _ = try Record(root: scratch.path(name)).locked() }
    }

    @Test(arguments: ["lock", "log.jsonl"])
    func `a link in the place of a file is not followed`(name: String) throws {
        let scratch = try Scratch()
        _ = try Record(root: scratch.record).locked()
        try scratch.write([1, 2, 3], to: "victim")
        try? FileManager.default.removeItem(atPath: scratch.record.appending(name).string)
        try FileManager.default.createSymbolicLink(
            atPath: scratch.record.appending(name).string, withDestinationPath: scratch.path("victim").string)
        try refusal(.local, "record.unsafe") {
            _ = try Record(root: scratch.record).locked().accepted(
                product: try .init("cloudgrid"), channel: try .init("release"))
        }
        #expect(try scratch.bytes("victim") == [1, 2, 3])
    }
}
