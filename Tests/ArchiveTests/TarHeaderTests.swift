import Archive
import Testing

@Suite struct TarHeaderTests {
    @Test func `all 512 bytes of a header are as the format pins them`() throws {
        let path = try EntryPath(Forge.path)
        #expect(try TarHeader.bytes(path: path, size: 1000) == Forge.header())
        #expect(try TarHeader.bytes(path: path, size: 0) == Forge.header(size: "00000000000 "))
        #expect(
            try TarHeader.bytes(path: path, size: 8_589_934_591) == Forge.header(size: "77777777777 "))
    }

    @Test func `a size of 8 GiB gets one pax header with one record`() throws {
        let header = try TarHeader.bytes(path: EntryPath(Forge.path), size: 8_589_934_592)
        let paxName = Forge.path.replacing("sha256/", with: "sha256/PaxHeader/")
        let record = "19 size=8589934592\n"
        #expect(record.utf8.count == 19)
        let expected =
            Forge.header(name: paxName, size: "00000000023 ", typeflag: "x")
            + Forge.padded(Array(record.utf8))
            + Forge.header(size: "100000000000")
        #expect(HeaderDifference(expected: expected, found: header) == nil)
        #expect(header == expected)
    }

    @Test(arguments: [8_589_934_593, 68_719_476_736, 1 << 40, Int64.max - 512])
    func `a larger size is in the record`(size: Int64) throws {
        let header = try TarHeader.bytes(path: EntryPath(Forge.path), size: size)
        #expect(header.count == 1536)
        let record = header[512..<1024].prefix { $0 != 0 }
        #expect(String(decoding: record, as: UTF8.self).hasSuffix(" size=\(size)\n"))
    }

    @Test(arguments: [1, 50, 99, 100])
    func `a name of up to 100 bytes needs no pax header, with slashes or without`(length: Int) throws {
        let plain = String(repeating: "n", count: length)
        let deep = String(String(repeating: "d/", count: 50).prefix(length - 1)) + "n"
        for name in [plain, deep] {
            let header = try TarHeader.bytes(path: EntryPath(name), size: 1000)
            #expect(header == Forge.header(name: name))
        }
    }

    @Test(arguments: [-1, Int64.min, Int64.max])
    func `a size that no entry has is refused`(size: Int64) throws {
        let path = try EntryPath("a")
        #expect(throws: ArchiveError.entrySize(path: "a", found: size)) {
            try TarHeader.bytes(path: path, size: size)
        }
    }

    @Test(
        arguments: [(0, 0), (1, 512), (511, 512), (512, 512), (513, 1024), (8_589_934_593, 8_589_935_104)]
            as [(Int64, Int64)])
    func `content is filled up to whole blocks`(size: Int64, padded: Int64) {
        #expect(TarHeader.paddedSize(size) == padded)
    }

    @Test func `a thousand headers are a thousand times the same kind of bytes`() throws {
        for number in 0..<1000 {
            let path = try EntryPath("blobs/\(number)")
            let header = try TarHeader.bytes(path: path, size: Int64(number))
            let claim = try #require(ClaimedHeader(block: header))
            #expect(claim.size == Int64(number))
            #expect(claim.name == Array(path.text.utf8))
        }
    }
}
