package import OCI

/// A list of checksums in the form of `sha256sum`.
///
/// Files are matched by base name, because the vendor's lists carry the folders of the workflow and the
/// release is flat. Two lines that give one base name different digests are refused, and so are names that
/// point out of a folder and lines with `sha256sum`'s backslash escapes, which no file of a release needs.
/// Line ends may be CRLF.
package struct ChecksumList: Sendable {
    package static let sizeLimit = 4 << 20

    package struct Entry: Hashable, Sendable {
        /// As written.
        package let path: String
        package let name: FileName
        package let digest: Digest
        /// Counted from one.
        package let line: Int
        /// The byte behind the line and its break: where a signature over a prefix must end to cover it.
        package let end: Int
    }

    /// What the list says about one file.
    package enum Listing: Hashable, Sendable {
        case listed(line: Int)
        case notListed
        case contradicted(line: Int, listed: Digest)
    }

    package let document: String
    package let bytes: [UInt8]
    package let entries: [Entry]
    private let byName: [FileName: Entry]

    package init(_ bytes: [UInt8], document: String) throws(ReleaseSetError) {
        guard bytes.count <= Self.sizeLimit else {
            throw .checksumSize(document: document, found: bytes.count, limit: Self.sizeLimit)
        }
        var entries: [Entry] = []
        var byName: [FileName: Entry] = [:]
        var start = 0
        while start < bytes.count {
            let feed = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
            let entry = try Self.entry(
                bytes[start..<(feed ?? bytes.count)], line: entries.count + 1,
                end: feed.map { $0 + 1 } ?? bytes.count,
                document: document)
            if let first = byName[entry.name], first.digest != entry.digest {
                throw .checksumConflict(
                    document: document, name: entry.name.text, lines: [first.line, entry.line])
            }
            byName[entry.name] = byName[entry.name] ?? entry
            entries.append(entry)
            start = entry.end
        }
        try FileName.requireDistinct(byName.keys.sorted())
        self.document = document
        self.bytes = bytes
        self.entries = entries
        self.byName = byName
    }

    /// What the list says about each of these files.
    package func check(_ files: [FileName: Digest]) -> [FileName: Listing] {
        var result: [FileName: Listing] = [:]
        for (name, digest) in files {
            guard let entry = byName[name] else {
                result[name] = .notListed
                continue
            }
            result[name] =
                entry.digest == digest
                ? .listed(line: entry.line) : .contradicted(line: entry.line, listed: entry.digest)
        }
        return result
    }

    private static func entry(
        _ text: ArraySlice<UInt8>, line: Int, end: Int, document: String
    ) throws(ReleaseSetError) -> Entry {
        var text = text
        if text.last == UInt8(ascii: "\r") { text.removeLast() }
        let separators = Array(text.dropFirst(64).prefix(2))
        guard let digest = Digest(hex: text.prefix(64)),
            separators == Array("  ".utf8) || separators == Array(" *".utf8)
        else { throw .checksumLine(document: document, line: line) }
        let raw = text.dropFirst(66)
        let path = String(decoding: raw, as: UTF8.self)
        let components = raw.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        let isSafe =
            raw.first != UInt8(ascii: "/") && !raw.contains(0) && !raw.contains(UInt8(ascii: "\\"))
            && String(validating: raw, as: UTF8.self) != nil
            && !components.contains { $0.elementsEqual("..".utf8) }
        guard isSafe, let base = components.last else { throw .fileName(path) }
        let name = try FileName(String(decoding: base, as: UTF8.self))
        return Entry(path: path, name: name, digest: digest, line: line, end: end)
    }
}
