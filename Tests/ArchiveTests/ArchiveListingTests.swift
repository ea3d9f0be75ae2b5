import Archive
import SystemPackage
import Testing

@Suite struct ArchiveListingTests {
    private func list(_ bytes: [UInt8], limit: Int = 100) throws -> [ListedEntry] {
        try Forge.withFile(bytes) {
            try ArchiveListing.entries(of: $0, fileSize: Int64(bytes.count), limit: limit)
        }
    }

    private func entry(_ name: String, _ content: [UInt8]) throws -> [UInt8] {
        try TarHeader.bytes(path: EntryPath(name), size: Int64(content.count)) + Forge.padded(content)
    }

    @Test func `names, sizes and places are those that were written`() throws {
        let contents = [
            [], [1], [UInt8](repeating: 7, count: 512), [UInt8](repeating: 9, count: 100_001), [2, 3],
        ]
        var archive: [UInt8] = []
        var expected: [(String, Int64, Int64)] = []
        for (number, content) in contents.enumerated() {
            expected.append(("dir/entry\(number)", Int64(content.count), Int64(archive.count + 512)))
            archive += try entry("dir/entry\(number)", content)
        }
        let entries = try list(archive + Forge.end)
        #expect(entries.count == expected.count)
        for (entry, (name, size, offset)) in zip(entries, expected) {
            #expect(entry.path == Array(name.utf8))
            #expect(entry.size == size)
            #expect(entry.dataOffset == offset)
            #expect(entry.isRegularFile)
            #expect(
                archive[Int(offset)..<Int(offset + size)].elementsEqual(contents[Int(name.suffix(1)) ?? 0]))
        }
    }

    @Test func `an entry of 8 GiB and what follows it are found in a file full of holes`() throws {
        let size: Int64 = 8_589_934_592
        let header = try TarHeader.bytes(path: EntryPath("large"), size: size)
        let rest = try entry("small", [1, 2, 3]) + Forge.end
        try Forge.withFile(header) { file in
            let offset = Int64(header.count) + size
            _ = try file.writeAll(toAbsoluteOffset: offset, rest)
            let entries = try ArchiveListing.entries(
                of: file, fileSize: offset + Int64(rest.count), limit: 10)
            #expect(entries.map(\.size) == [size, 3])
            #expect(entries.map(\.dataOffset) == [1536, offset + 512])
        }
    }

    @Test func `the file offset of the descriptor stays where it is`() throws {
        let archive = try entry("a", [1]) + Forge.end
        try Forge.withFile(archive) { file in
            try file.seek(offset: 77, from: .start)
            _ = try ArchiveListing.entries(of: file, fileSize: Int64(archive.count), limit: 10)
            #expect(try file.seek(offset: 0, from: .current) == 77)
        }
    }

    @Test(
        arguments: [
            ("symbolic link", "2"), ("hard link", "1"), ("device", "3"), ("folder", "5"), ("FIFO", "6"),
        ] as [(String, Character)])
    func `what is no plain file is told apart`(why: String, typeflag: Character) throws {
        let header = Forge.header(
            name: "x", size: "00000000000 ", typeflag: typeflag, linkname: "/etc/passwd")
        #expect(try list(header + Forge.end).map(\.isRegularFile) == [false], "\(why)")
    }

    @Test func `a damaged or cut archive is an error`() throws {
        let good = try entry("a", [UInt8](repeating: 1, count: 30_000)) + entry("b", [2])
        var damaged = good
        damaged[30_208 + 512 + 150] ^= 1
        let cases: [[UInt8]] = [
            damaged + Forge.end, Array(good.prefix(20_000)), Array(good.prefix(512)),
            Array(good.prefix(30_208 + 700)),
            Array("not a tar".utf8), [UInt8](repeating: 0x41, count: 2048), [0x1F, 0x8B, 8, 0],
        ]
        for bytes in cases {
            let error = #expect(throws: ArchiveError.self) { try list(bytes) }
            #expect(error?.reason == "tar.unreadable")
        }
    }

    @Test func `a pax header of a gigabyte is refused before it is read`() throws {
        let archive =
            Forge.header(size: "10000000000 ", typeflag: "x") + [UInt8](repeating: 0x20, count: 4096)
        #expect(throws: ArchiveError.self) { try list(archive) }
    }

    @Test func `more entries than expected are refused`() throws {
        let archive = try entry("a", []) + entry("b", []) + Forge.end
        #expect(throws: ArchiveError.tooManyEntries(limit: 1)) { try list(archive, limit: 1) }
    }

    @Test func `a file that cannot be read is named by its offset`() throws {
        let file = try FileDescriptor.open("/", .readOnly)
        let error = try file.closeAfter {
            #expect(throws: ArchiveError.self) {
                try ArchiveListing.entries(of: file, fileSize: 1024, limit: 1)
            }
        }
        #expect(error == .unreadable(offset: 0, .isDirectory))
    }
}
