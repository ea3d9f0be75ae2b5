/// What a header says of itself, before anything of it is believed.
///
/// Only for the few entries whose size is not signed and for messages: whoever uses the claim builds the
/// canonical header from it and compares, as for every other entry.
package struct ClaimedHeader: Sendable {
    /// The name field up to its first NUL.
    package let name: [UInt8]
    /// The size, if it is spelled as our own headers spell it: eleven octal digits and a space.
    package let size: Int64?
    package let typeflag: UInt8

    /// Whether the checksum is right, which no other kind of file has by chance. Both ways to sum are known: bytes
    /// as unsigned numbers, and as signed ones by old writers (POSIX.1-2017, pax, "ustar Interchange Format").
    package let hasGoodChecksum: Bool

    /// - Parameter block: the first 512 bytes of the header; `nil` if there are fewer.
    package init?(block: some Collection<UInt8>) {
        guard block.count >= TarHeader.blockSize else { return nil }
        let block = Array(block.prefix(TarHeader.blockSize))
        name = Array(block[HeaderField.name.range].prefix { $0 != 0 })
        typeflag = block[HeaderField.typeflag.range.lowerBound]
        let digits = block[HeaderField.size.range]
        let isPlain = digits.dropLast().allSatisfy { (0x30...0x37).contains($0) } && digits.last == 0x20
        let rest = block.enumerated().filter { !HeaderField.chksum.range.contains($0.offset) }.map(\.element)
        let blanks = HeaderField.chksum.range.count * 0x20
        let written = block[HeaderField.chksum.range].drop { $0 == 0x20 }.prefix {
            (0x30...0x37).contains($0)
        }
        .reduce(0) { $0 << 3 | Int($1 - 0x30) }
        let sums = [
            rest.reduce(blanks) { $0 + Int($1) }, rest.reduce(blanks) { $0 + Int(Int8(bitPattern: $1)) },
        ]
        hasGoodChecksum = sums.contains(written)
        size = isPlain ? digits.dropLast().reduce(0) { $0 << 3 | Int64($1 - 0x30) } : nil
    }

    /// The name, fit for a message.
    package var visibleName: String { visible(name) }
}
