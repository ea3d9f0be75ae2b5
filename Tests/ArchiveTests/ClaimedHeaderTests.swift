import Archive
import Testing

@Suite struct ClaimedHeaderTests {
    @Test(arguments: [
        "0000001750 \u{0}", "       1750 ", "00000001750\u{0}", "00000001780 ", "100000000000",
        "-0000001750 ", "            ",
    ])
    func `a size in a spelling that is not ours is no size`(spelling: String) throws {
        #expect(try #require(ClaimedHeader(block: Forge.header(size: spelling))).size == nil)
    }

    @Test func `fewer than 512 bytes are no header`() {
        #expect(ClaimedHeader(block: Forge.header().dropLast()) == nil)
    }

    @Test func `a name without a NUL ends with its field`() throws {
        let block = Forge.header(with: .name, [UInt8](repeating: 0x1B, count: 100))
        let claim = try #require(ClaimedHeader(block: block))
        #expect(claim.name.count == 100)
        #expect(claim.visibleName.hasPrefix("\\u{1b}\\u{1b}"))
    }

    @Test func `a checksum over other bytes is not good`() throws {
        #expect(try #require(ClaimedHeader(block: Forge.header())).hasGoodChecksum)
        var block = Forge.header()
        block[0] ^= 1
        #expect(try !#require(ClaimedHeader(block: block)).hasGoodChecksum)
        let text = [UInt8](repeating: 0x41, count: 512)
        #expect(try !#require(ClaimedHeader(block: text)).hasGoodChecksum)
    }
}
