/// A file of Sigstore bundles, one on each line, as attestations are downloaded and published.
///
/// What each is about stands in the bundle, so the file's name says nothing; what the file is, its content says.
///
/// https://jsonlines.org.
package struct BundleLines: Sendable {
    package struct Line: Hashable, Sendable {
        /// Counted from 1, blank lines too.
        package let number: Int
        package let bytes: [UInt8]
    }

    /// How the names of such files end, the longest that fits first.
    package static let endings = [".intoto.jsonl", ".sigstore.jsonl", ending]
    package static let ending = ".jsonl"
    package static let sizeLimit: Int64 = 16 << 20
    private static let lineLimit = 1000

    /// Blank ones left out.
    package let lines: [Line]

    /// Nothing where no line is a bundle: then it is a file like any.
    package init?(_ bytes: [UInt8]) {
        lines = Self.lines(of: bytes)
        guard lines.count <= Self.lineLimit, lines.contains(where: Self.isBundle) else { return nil }
    }

    /// The lines of any file that hold more than white space.
    package static func lines(of bytes: [UInt8]) -> [Line] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
            .map { Line(number: $0.offset + 1, bytes: Array($0.element)) }
            .filter { !$0.bytes.allSatisfy(isSpace) }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x09, 0x0A, 0x0D, 0x20].contains(byte) }

    private static func isBundle(_ line: Line) -> Bool {
        String(decoding: line.bytes, as: UTF8.self).contains("application/vnd.dev.sigstore.bundle")
    }
}
