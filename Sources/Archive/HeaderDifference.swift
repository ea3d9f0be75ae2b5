/// In what a header differs from the only one its entry may have.
///
/// Of several differences it is the one that says most: an archive that ends here, then another kind of
/// entry, then another dialect of tar, then the first field that differs. The checksum comes last, because it
/// differs with every other field.
package enum HeaderDifference: Hashable, Sendable {
    /// A block of zeros, which ends an archive, where an entry should begin.
    case end
    /// There are fewer bytes than the header has.
    case length(expected: Int, found: Int)
    case typeflag(expected: String, found: String)
    case field(HeaderField, expected: String, found: String)
    /// The pax record that holds a size of 8 GiB or more.
    case record(expected: String, found: String)

    /// - Returns: `nil` if both are the same, byte for byte.
    package init?(expected: [UInt8], found: [UInt8]) {
        guard expected != found else { return nil }
        guard expected.count == found.count, expected.count.isMultiple(of: TarHeader.blockSize) else {
            self = .length(expected: expected.count, found: found.count)
            return
        }
        for start in stride(from: 0, to: expected.count, by: TarHeader.blockSize) {
            let wanted = Array(expected[start..<start + TarHeader.blockSize])
            let seen = Array(found[start..<start + TarHeader.blockSize])
            guard wanted != seen else { continue }
            // Of the three blocks of a large entry the middle one is the body of the pax header.
            let isRecord = start == TarHeader.blockSize
            self =
                isRecord
                ? .record(expected: HeaderDifference.shown(wanted), found: HeaderDifference.shown(seen))
                : HeaderDifference.between(wanted, seen)
            return
        }
        return nil
    }

    private static func between(_ expected: [UInt8], _ found: [UInt8]) -> HeaderDifference {
        guard found.contains(where: { $0 != 0 }) else { return .end }
        let telling: [HeaderField] = [.typeflag, .magic, .version]
        let others = HeaderField.allCases.filter { !telling.contains($0) && $0 != .chksum }
        let differing = (telling + others).first { expected[$0.range] != found[$0.range] } ?? .chksum
        let wanted = shown(expected[differing.range])
        let seen = shown(found[differing.range])
        if differing == .typeflag { return .typeflag(expected: wanted, found: seen) }
        guard wanted != seen else {
            return .field(
                differing, expected: visible(expected[differing.range]),
                found: visible(found[differing.range]))
        }
        return .field(differing, expected: wanted, found: seen)
    }

    /// A field without the NULs that fill it.
    private static func shown(_ field: some BidirectionalCollection<UInt8>) -> String {
        let end = field.lastIndex { $0 != 0 }.map { field.index(after: $0) } ?? field.startIndex
        return visible(field[..<end])
    }
}

extension HeaderDifference: CustomStringConvertible {
    package var description: String {
        switch self {
        case .end: "the archive ends here"
        case .length(let expected, let found): "header cut short: \(found) of \(expected) bytes"
        case .typeflag(let expected, let found):
            "unexpected typeflag \(found.isEmpty ? "NUL" : found), not \(expected)"
        case .field(let field, let expected, let found):
            "field \(field.rawValue): expected \"\(expected)\", found \"\(found)\""
        case .record(let expected, let found): "pax record: expected \"\(expected)\", found \"\(found)\""
        }
    }
}
