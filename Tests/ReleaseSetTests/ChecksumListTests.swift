import OCI
import Testing

@testable import ReleaseSet

@Suite struct ChecksumListTests {
    static let a = String(repeating: "a", count: 64)
    static let b = String(repeating: "b", count: 64)

    static func list(_ text: String) throws -> ChecksumList {
        try ChecksumList(Array(text.utf8), document: "checksums.txt")
    }

    @Test func `files are matched by base name whatever the folder mode and line end`() throws {
        let list = try Self.list(
            "\(Self.a)  artifacts/chart/cloudgrid-1.0.0-beta.tgz\r\n\(Self.b) *./x.zip\n\(Self.a)  y.txt")
        #expect(list.entries.map(\.name.text) == ["cloudgrid-1.0.0-beta.tgz", "x.zip", "y.txt"])
        #expect(list.entries.map(\.line) == [1, 2, 3])
        #expect(list.entries.first?.path == "artifacts/chart/cloudgrid-1.0.0-beta.tgz")
        #expect(list.entries.map(\.end).last == list.bytes.count)
        #expect(list.entries.first.map { list.bytes[$0.end - 1] } == UInt8(ascii: "\n"))
        let files = [
            try FileName("x.zip"): try Digest("sha256:" + Self.b),
            try FileName("y.txt"): try Digest("sha256:" + Self.b),
            try FileName("z.txt"): try Digest("sha256:" + Self.b),
        ]
        #expect(
            list.check(files) == [
                try FileName("x.zip"): .listed(line: 2),
                try FileName("y.txt"): .contradicted(line: 3, listed: try Digest("sha256:" + Self.a)),
                try FileName("z.txt"): .notListed,
            ])
    }

    @Test func `the same line twice is one statement`() throws {
        #expect(try Self.list("\(Self.a)  x\n\(Self.a)  d/x\n").entries.count == 2)
        #expect(try Self.list("").entries.isEmpty)
    }

    @Test(arguments: [
        ("two digests for one name", "\(a)  d/x\n\(b)  e/x\n", "sums.conflict"),
        ("names alike but for case", "\(a)  README.md\n\(a)  readme.md\n", "name.duplicate"),
        ("parent folder", "\(a)  ../../etc/cron.d/x\n", "name.path"),
        ("parent folder inside", "\(a)  a/../x\n", "name.path"),
        ("absolute", "\(a)  /x\n", "name.path"),
        ("NUL", "\(a)  x\0y\n", "name.path"),
        ("backslash", "\(a)  a\\x\n", "name.path"),
        ("folder", "\(a)  a/\n", "name.path"),
        ("no name", "\(a)  \n", "name.path"),
        ("hidden", "\(a)  .bashrc\n", "name.path"),
        ("carriage return inside", "\(a)  x\ry\n", "name.path"),
        ("escaped line", "\\\(a)  x\\ny\n", "sums.syntax"),
        ("one space", "\(a) x\n", "sums.syntax"),
        ("uppercase", "\(a.uppercased())  x\n", "sums.syntax"),
        ("short digest", "abc  x\n", "sums.syntax"),
        ("blank line", "\(a)  x\n\n\(b)  y\n", "sums.syntax"),
        ("too large", String(repeating: "#", count: (4 << 20) + 1), "sums.size"),
    ])
    func `a doubtful list is refused`(why: String, text: String, reason: String) {
        #expect { try Self.list(text) } throws: { ($0 as? ReleaseSetError)?.reason == reason }
    }
}
