/// The name of a file of the release, safe as one path component on every system that may read the record.
///
/// ASCII letters, digits and `._+-`, at most 128 bytes, first a letter or digit, last no dot, and none of the
/// names that Windows keeps for devices. A name outside of this is refused, never mended: two names mended
/// alike would be one file.
package struct FileName: Hashable, Sendable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(ReleaseSetError) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 128,
            Self.isAlphanumeric(first), last != UInt8(ascii: "."),
            bytes.allSatisfy({ Self.isAlphanumeric($0) || "._+-".utf8.contains($0) }),
            !Self.isDevice(bytes)
        else { throw .fileName(text) }
        self.text = text
    }

    package var description: String { text }

    /// The name in lowercase: what a file system that ignores case takes it for.
    package var caseFolded: String { text.lowercased() }

    /// Refuses two names that some file system would hold to be one.
    package static func requireDistinct(_ names: some Sequence<FileName>) throws(ReleaseSetError) {
        var seen: [String: FileName] = [:]
        for name in names {
            if let other = seen.updateValue(name, forKey: name.caseFolded) {
                throw .duplicateFileName(other.text, name.text)
            }
        }
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Windows takes `con.tar.gz` for the console too.
    private static func isDevice(_ bytes: [UInt8]) -> Bool {
        let stem = String(decoding: bytes.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self).lowercased()
        if ["con", "prn", "aux", "nul"].contains(stem) { return true }
        guard stem.utf8.count == 4, let digit = stem.utf8.last else { return false }
        return (stem.hasPrefix("com") || stem.hasPrefix("lpt"))
            && (UInt8(ascii: "1")...UInt8(ascii: "9")).contains(digit)
    }
}

extension FileName: Comparable {
    package static func < (a: FileName, b: FileName) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }
}
