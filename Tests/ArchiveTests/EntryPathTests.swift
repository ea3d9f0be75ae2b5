import Archive
import Testing

@Suite struct EntryPathTests {
    @Test(arguments: [
        "oci-layout", "cgbundle/signatures/0.sigstore.json",
        "blobs/sha256/" + String(repeating: "a", count: 64),
        "a", "..a/b..", "a/.b", String(repeating: "x", count: 100), "A_b+c-1.2",
    ])
    func `a plain relative name is kept as it is`(name: String) throws {
        #expect(try EntryPath(name).text == name)
    }

    @Test(arguments: [
        "", "/abs", "../evil", "a/../b", "a/..", "./index.json", "a/./b", ".", "..", "a//b", "a/", "/", "//",
        String(repeating: "x", count: 101), "a b", "a\\b", "C:evil", "a\u{0}b", "a\nb", "caf\u{e9}",
        "a\u{7f}", "~/x", "a*",
        "\u{212A}",
    ])
    func `a name that could lead elsewhere or be read in two ways is refused`(name: String) {
        let error = #expect(throws: ArchiveError.self) { try EntryPath(name) }
        #expect(error?.reason == "tar.path")
    }

    @Test func `a refused name is shown without its control characters`() {
        let error = #expect(throws: ArchiveError.self) {
            try EntryPath(bytes: [0x1B, 0x5B, 0x32, 0x4A, 0xFF])
        }
        #expect(
            error?.description
                == #"entry name "\u{1b}[2J\u{ff}": holds something other than letters, digits and ._+-/"#)
    }

    @Test func `names are ordered by bytes`() throws {
        let names = try ["b", "a/b", "B", "a-b"].map { try EntryPath($0) }
        #expect(names.sorted().map(\.text) == ["B", "a-b", "a/b", "b"])
    }
}
