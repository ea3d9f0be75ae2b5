import Archive
import SystemPackage
import Testing

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Headers and archives as other programs might write them.
enum Forge {
    static let path = "blobs/sha256/" + String(repeating: "0123456789abcdef", count: 4)

    /// A header written field by field from the specification, without libarchive.
    static func header(
        name: String = path, size: String = "00000001750 ", typeflag: Character = "0",
        magic: String = "ustar\u{0}00",
        linkname: String = ""
    ) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: 512)
        func set(_ field: HeaderField, _ text: String) {
            let bytes = Array(text.utf8)
            block.replaceSubrange(field.range.lowerBound..<field.range.lowerBound + bytes.count, with: bytes)
        }
        set(.name, name)
        set(.mode, "000644 \u{0}")
        set(.uid, "000000 \u{0}")
        set(.gid, "000000 \u{0}")
        set(.size, size)
        set(.mtime, "00000000000 ")
        set(.typeflag, String(typeflag))
        set(.linkname, linkname)
        set(.magic, magic)
        set(.devmajor, "000000 \u{0}")
        set(.devminor, "000000 \u{0}")
        return checked(block)
    }

    /// The same header with a checksum that fits its bytes.
    static func checked(_ block: [UInt8]) -> [UInt8] {
        var block = block
        block.replaceSubrange(HeaderField.chksum.range, with: repeatElement(0x20, count: 8))
        let digits = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        let padded = String(repeating: "0", count: 6 - digits.count) + digits
        block.replaceSubrange(HeaderField.chksum.range, with: Array("\(padded)\u{0} ".utf8))
        return block
    }

    /// A header with other bytes at the start of one field.
    static func header(with field: HeaderField, _ bytes: [UInt8]) -> [UInt8] {
        var block = header()
        block.replaceSubrange(field.range.lowerBound..<field.range.lowerBound + bytes.count, with: bytes)
        return field == .chksum ? block : checked(block)
    }

    /// Content, filled up to whole blocks.
    static func padded(_ content: [UInt8]) -> [UInt8] {
        content
            + [UInt8](repeating: 0, count: Int(TarHeader.paddedSize(Int64(content.count))) - content.count)
    }

    static let end = [UInt8](repeating: 0, count: TarHeader.endOfArchive)

    /// Lends a file with these bytes that no folder lists any more.
    static func withFile<Result>(_ bytes: [UInt8], _ body: (FileDescriptor) throws -> Result) throws -> Result
    {
        let name = "/tmp/archive-tests-\(UInt64.random(in: .min ... .max))"
        let file = try FileDescriptor.open(
            FilePath(name), .readWrite, options: [.create, .exclusiveCreate], permissions: .ownerReadWrite)
        return try file.closeAfter {
            try #require(unlink(name) == 0)
            _ = try file.writeAll(toAbsoluteOffset: 0, bytes)
            return try body(file)
        }
    }
}
