import Archive
import BundleFormat
import OCI
import Testing

@Suite struct BundleLayoutTests {
    @Test func `every place follows from headers and sizes`() throws {
        let sizes: [Int64] = [0, 1, 511, 512, 513, 8_589_934_591, 8_589_934_592, 68_719_476_735]
        let entries = try sizes.enumerated().map { number, size in
            try BundleEntry(blob: Digest(of: [UInt8(number)]), size: size)
        }
        let layout = BundleLayout(entries: entries, restOffset: 4096)
        var offset: Int64 = 4096
        for (entry, place) in zip(entries, layout.placed) {
            let header = try TarHeader.bytes(path: entry.path, size: entry.size)
            #expect(place.headerOffset == offset)
            #expect(place.contentOffset == offset + Int64(header.count))
            #expect(place.end.isMultiple(of: 512) && place.end - place.contentOffset - entry.size < 512)
            offset = place.end
        }
        #expect(layout.fileSize == offset + 1024)
        #expect(BundleLayout.restSize(of: entries) == layout.fileSize - 4096)
    }

    @Test func `an entry of 8 GiB has two blocks more in front`() throws {
        let (small, large) = (TarHeader.largestPlainSize, TarHeader.largestPlainSize + 1)
        #expect(
            try BundleLayout.restSize(of: [BundleEntry(blob: Digest(of: []), size: small)]) == small + 1 + 512
                + 1024)
        #expect(
            try BundleLayout.restSize(of: [BundleEntry(blob: Digest(of: []), size: large)]) == large + 1536
                + 1024)
    }

    @Test func `the front takes marker, statement and signatures, each filled up`() {
        let layout = BundleLayout(statementSize: 513, signatureSizes: [1, 512], entries: [])
        #expect(layout.restOffset == 512 + 512 + 512 + 1024 + 512 + 512 + 512 + 512)
        #expect(layout.fileSize == layout.restOffset + 1024)
    }

    @Test func `signature files are counted from 0`() {
        #expect(BundleLayout.signaturePath(0) == "cgbundle/signatures/0.sigstore.json")
        #expect(BundleLayout.signaturePath(15) == "cgbundle/signatures/15.sigstore.json")
        #expect(BundleLayout.layoutMarker.count == 30)
    }
}
