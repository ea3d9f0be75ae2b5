import Archive
import Testing

@Suite struct KnownFileTests {
    @Test(
        arguments: [
            (.gzip, [0x1F, 0x8B, 0x08, 0x00]),
            (.zstd, [0x28, 0xB5, 0x2F, 0xFD, 0x04]),
            (.xz, [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
            (.bzip2, Array("BZh91AY".utf8)),
        ] as [(KnownFile, [UInt8])])
    func `a compressed file is known`(kind: KnownFile, bytes: [UInt8]) {
        #expect(KnownFile(startingWith: bytes) == kind)
        #expect(kind.isCompressed)
        #expect(kind.reason == (kind == .gzip ? "file.compressed" : "file.magic"))
    }

    @Test(
        arguments: [
            (.zip, [0x50, 0x4B, 0x03, 0x04, 0x14]),
            (.pdf, Array("%PDF-1.7".utf8)),
            (.elf, [0x7F, 0x45, 0x4C, 0x46, 0x02]),
            (.html, Array("<!DOCTYPE html>".utf8)),
            (.sevenZip, [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        ] as [(KnownFile, [UInt8])])
    func `a file of another kind is known`(kind: KnownFile, bytes: [UInt8]) {
        #expect(KnownFile(startingWith: bytes) == kind)
        #expect(!kind.isCompressed)
        #expect(kind.reason == "file.magic")
    }

    @Test func `an archive, too few bytes and none are of no known kind`() {
        #expect(KnownFile(startingWith: Array("oci-layout\u{0}\u{0}".utf8)) == nil)
        #expect(KnownFile(startingWith: [0x1F]) == nil)
        #expect(KnownFile(startingWith: []) == nil)
    }
}
