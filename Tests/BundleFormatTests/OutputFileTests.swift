import BundleFormat
import Foundation
import Glibc
import SystemPackage
import Testing

@Suite struct OutputFileTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func refusal(_ name: String = "out") throws -> Finding {
        let finding = try #require(throws: Finding.self) { try OutputFile(scratch.path(name)) }
        #expect(finding.fault == .local)
        #expect(finding.message.contains("\(name).partial"))
        return finding
    }

    @Test func `a file has its name only when it is published`() throws {
        let output = try OutputFile(scratch.path("out"))
        try output.file.write([1, 2, 3], at: 0)
        #expect(try scratch.names == ["out.partial"])
        try output.publish()
        #expect(try scratch.names == ["out"])
        #expect(try scratch.bytes("out") == [1, 2, 3])
    }

    @Test func `publishing replaces what stood there`() throws {
        try scratch.write([9, 9, 9, 9], to: "out")
        try OutputFile.write([1], to: scratch.path("out"))
        #expect(try scratch.bytes("out") == [1])
        #expect(try scratch.names == ["out"])
    }

    @Test func `a longer file of an earlier run leaves nothing in a small one`() throws {
        try scratch.write([9, 9, 9, 9], to: "out.partial")
        try OutputFile.write([1], to: scratch.path("out"))
        #expect(try scratch.bytes("out") == [1])
    }

    @Test func `everybody may read what is written, whatever the umask says`() throws {
        try OutputFile.write([1], to: scratch.path("out"))
        let attributes = try FileManager.default.attributesOfItem(atPath: scratch.path("out").string)
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o644)
    }

    @Test func `a symbolic link in place of the unfinished file is refused and not followed`() throws {
        try scratch.write([7], to: "victim")
        try scratch.link("out.partial", to: "victim")
        #expect(try refusal().reason == "write.open")
        #expect(try scratch.bytes("victim") == [7])
    }

    @Test func `a hard link to another file is refused and leaves that file as it was`() throws {
        try scratch.write([7], to: "victim")
        try scratch.hardLink("out.partial", to: "victim")
        #expect(try refusal().reason == "write.open")
        #expect(try scratch.bytes("victim") == [7])
    }

    @Test func `a folder in place of the unfinished file is refused`() throws {
        try FileManager.default.createDirectory(
            atPath: scratch.path("out.partial").string, withIntermediateDirectories: false)
        #expect(try refusal().reason == "write.open")
    }

    @Test(arguments: ["folder", "pipe", "socket", "device", "link to a folder", "link to a device"])
    func `what is no regular file is not replaced, and nothing is made beside it`(kind: String) throws {
        let path = scratch.path("out").string
        switch kind {
        case "folder": #expect(mkdir(path, 0o755) == 0)
        case "pipe": #expect(mkfifo(path, 0o600) == 0)
        case "socket": #expect(mknod(path, S_IFSOCK | 0o600, 0) == 0)
        case "link to a folder": #expect(symlink("/tmp", path) == 0)
        // Only root may make a device.
        case "device" where mknod(path, S_IFCHR | 0o600, 0x103) == 0: break
        default: #expect(symlink("/dev/null", path) == 0)
        }
        let before = try scratch.names
        let finding = try #require(throws: Finding.self) { try OutputFile(scratch.path("out")) }
        #expect(finding.reason == "file.notregular")
        #expect(finding.fault == .local)
        #expect(try scratch.names == before)
    }

    @Test func `a symbolic link to a regular file is replaced itself`() throws {
        try scratch.write([7], to: "victim")
        try scratch.link("out", to: "victim")
        try OutputFile.write([1], to: scratch.path("out"))
        #expect(try scratch.bytes("victim") == [7])
        #expect(try scratch.bytes("out") == [1])
    }

    @Test func `a folder that is not there is told by its path`() throws {
        #expect(try refusal("none/out").reason == "write.open")
    }

    @Test func `a second writer is refused as long as the first is at work`() throws {
        var first: OutputFile? = try OutputFile(scratch.path("out"))
        try first?.file.write([1, 2], at: 0)
        #expect(try refusal().reason == "output.busy")
        #expect(try scratch.bytes("out.partial") == [1, 2])
        first = nil
        #expect(try OutputFile(scratch.path("out")).file.bytes(at: 0, count: 10) == [1, 2])
    }

    @Test func `the free space of a folder is more than nothing`() throws {
        #expect(try OutputFile.freeSpace(at: scratch.path("out")) > 0)
        #expect(throws: Finding.self) { try OutputFile.freeSpace(at: scratch.path("none/out")) }
    }
}
