import Archive
import Testing

@Suite struct HeaderDifferenceTests {
    private static let base256: [UInt8] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x03, 0xE8]

    private static let fields: [(String, HeaderField, [UInt8])] = [
        ("mode 0755", .mode, Array("000755 ".utf8)),
        ("uid 1000", .uid, Array("001750 ".utf8)),
        ("gid 1000", .gid, Array("001750 ".utf8)),
        ("mtime 1", .mtime, Array("00000000001".utf8)),
        ("uname root", .uname, Array("root".utf8)),
        ("gname root", .gname, Array("root".utf8)),
        ("GNU magic", .magic, Array("ustar  ".utf8)),
        ("no magic", .magic, [0, 0, 0, 0, 0, 0, 0, 0]),
        ("version", .version, Array("  ".utf8)),
        ("base-256 size", .size, base256),
        ("size with spaces", .size, Array("       1750 ".utf8)),
        ("size ended by NUL", .size, Array("00000001750\u{0}".utf8)),
        ("another size", .size, Array("00000001751 ".utf8)),
        ("wrong checksum", .chksum, Array("000000\u{0} ".utf8)),
        ("signed checksum", .chksum, Array("-00001\u{0} ".utf8)),
        ("parent", .name, Array("../evil\u{0}".utf8)),
        ("absolute", .name, Array("/abs\u{0}".utf8)),
        ("AppleDouble", .name, Array("._index.json\u{0}".utf8)),
        ("linkname", .linkname, Array("/etc/passwd".utf8)),
        ("devmajor", .devmajor, Array("000001".utf8)),
        ("devminor", .devminor, Array("000001".utf8)),
        ("prefix", .prefix, Array("x".utf8)),
        ("padding", .padding, [1]),
    ]

    @Test(arguments: fields)
    func `a header that differs in one field is refused by its name`(
        why: String, field: HeaderField, bytes: [UInt8]
    ) {
        let difference = HeaderDifference(expected: Forge.header(), found: Forge.header(with: field, bytes))
        guard case .field(let found, let wanted, let seen) = difference else {
            Issue.record("\(why): \(String(describing: difference))")
            return
        }
        #expect(found == field, "\(why)")
        #expect(wanted != seen, "\(why)")
        #expect(difference?.description.hasPrefix("field \(field.rawValue): expected ") == true)
    }

    @Test(arguments: [
        "1", "2", "3", "4", "5", "6", "7", "x", "g", "L", "K", "S", "V", "M", "N", "D", "A", "X",
    ])
    func `another kind of entry is named before anything else`(typeflag: Character) {
        let found = Forge.header(
            name: "other", size: "10000000000 ", typeflag: typeflag, magic: "ustar  \u{0}")
        let difference = HeaderDifference(expected: Forge.header(), found: found)
        #expect(difference == .typeflag(expected: "0", found: String(typeflag)))
        #expect(difference?.description == "unexpected typeflag \(typeflag), not 0")
    }

    @Test func `an old header without a kind is named`() {
        let difference = HeaderDifference(expected: Forge.header(), found: Forge.header(with: .typeflag, [0]))
        #expect(difference?.description == "unexpected typeflag NUL, not 0")
    }

    @Test func `the end of the archive, a short header and the same header are told apart`() {
        let header = Forge.header()
        #expect(HeaderDifference(expected: header, found: header) == nil)
        #expect(HeaderDifference(expected: header, found: [UInt8](repeating: 0, count: 512)) == .end)
        #expect(
            HeaderDifference(expected: header, found: Array(header.dropLast()))
                == .length(expected: 512, found: 511))
        #expect(HeaderDifference(expected: header, found: []) == .length(expected: 512, found: 0))
    }

    @Test func `a large entry is compared block by block`() throws {
        let large = try TarHeader.bytes(path: EntryPath(Forge.path), size: 8_589_934_592)
        var found = large
        found[512 + 3] = UInt8(ascii: "p")
        guard case .record(let wanted, let seen) = HeaderDifference(expected: large, found: found) else {
            Issue.record("no difference in the record")
            return
        }
        #expect(wanted == "19 size=8589934592\\u{a}")
        #expect(seen == "19 pize=8589934592\\u{a}")
        found = large
        found[1024 + 156] = UInt8(ascii: "1")
        #expect(HeaderDifference(expected: large, found: found) == .typeflag(expected: "0", found: "1"))
    }

    @Test func `what is shown holds no control characters`() {
        let found = Forge.header(with: .name, Array("\u{1b}]0;x\u{7}\u{0}".utf8))
        let difference = HeaderDifference(expected: Forge.header(), found: found)
        #expect(difference?.description.utf8.allSatisfy { (0x20..<0x7F).contains($0) } == true)
    }

    @Test func `every byte of a header counts`() {
        let header = Forge.header()
        for position in header.indices {
            var found = header
            found[position] ^= 0x01
            #expect(HeaderDifference(expected: header, found: found) != nil)
        }
    }
}
