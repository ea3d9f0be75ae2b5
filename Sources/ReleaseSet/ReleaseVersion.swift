/// The version of a release, as the vendor writes it: `v1.0.0-beta`.
///
/// Versions are ordered by precedence, so `v1.0.0-rc.1` comes before `v1.0.0`. Build metadata is refused: two
/// versions that differ only there would have one precedence and two names. A version becomes part of paths
/// and tags, hence at most 128 bytes.
///
/// Semantic Versioning 2.0.0, 9 and 11.
package struct ReleaseVersion: Hashable, Sendable, CustomStringConvertible {
    /// With the leading `v`.
    package let text: String
    private let numbers: [UInt64]
    private let prerelease: [Identifier]

    private enum Identifier: Hashable, Sendable {
        case number(UInt64)
        case text([UInt8])
    }

    package init(_ text: String) throws(ReleaseSetError) {
        let bytes = Array(text.utf8)
        guard bytes.first == UInt8(ascii: "v"), bytes.count <= 128 else { throw .version(text) }
        let parts = bytes.dropFirst().split(
            separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
        let numbers = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .compactMap(Self.number)
        guard numbers.count == 3, parts[0].count(where: { $0 == UInt8(ascii: ".") }) == 2 else {
            throw .version(text)
        }
        var prerelease: [Identifier] = []
        if parts.count == 2 {
            for part in parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
                guard let identifier = Self.identifier(part) else { throw .version(text) }
                prerelease.append(identifier)
            }
        }
        self.text = text
        self.numbers = numbers
        self.prerelease = prerelease
    }

    package var description: String { text }

    /// The version of the chart: without the `v`.
    package var chartVersion: String { String(text.dropFirst()) }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        let isDecimal = digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isDecimal, digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        return UInt64(String(decoding: digits, as: UTF8.self))
    }

    private static func identifier(_ bytes: ArraySlice<UInt8>) -> Identifier? {
        guard !bytes.isEmpty else { return nil }
        if bytes.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            return number(bytes).map(Identifier.number)
        }
        let isWord = bytes.allSatisfy { FileName.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
        return isWord ? .text(Array(bytes)) : nil
    }
}

extension ReleaseVersion: Comparable {
    package static func < (a: ReleaseVersion, b: ReleaseVersion) -> Bool {
        guard a.numbers == b.numbers else { return a.numbers.lexicographicallyPrecedes(b.numbers) }
        // A prerelease comes before the version that it prepares.
        guard !a.prerelease.isEmpty, !b.prerelease.isEmpty else {
            return b.prerelease.count < a.prerelease.count
        }
        return a.prerelease.lexicographicallyPrecedes(b.prerelease) { first, second in
            switch (first, second) {
            case (.number(let one), .number(let other)): one < other
            case (.number, .text): true
            case (.text, .number): false
            case (.text(let one), .text(let other)): one.lexicographicallyPrecedes(other)
            }
        }
    }
}
