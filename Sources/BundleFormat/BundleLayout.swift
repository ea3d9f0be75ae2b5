import Archive

/// Where everything lies in a bundle: known to the byte as soon as the statement and its signatures are.
///
/// bundle-spec/bundle-v1.md, sections 1 and 2.
package struct BundleLayout: Sendable {
    package static let layoutMarkerPath = "oci-layout"
    package static let layoutMarker = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
    package static let statementPath = "cgbundle/statement.json"
    package static let maximumSignatures = 16
    package static let maximumSignatureSize = 1 << 20

    package static func signaturePath(_ number: Int) -> String {
        "cgbundle/signatures/\(number).sigstore.json"
    }

    /// One entry and the place of its first header block and of its first byte.
    package struct Placed: Hashable, Sendable {
        package let entry: BundleEntry
        package let headerOffset: Int64
        package let contentOffset: Int64

        /// The first byte after the padding.
        package var end: Int64 { contentOffset + TarHeader.paddedSize(entry.size) }
    }

    package let placed: [Placed]
    /// The offset of the header of `index.json`.
    package let restOffset: Int64
    /// The size of the whole file.
    package let fileSize: Int64

    package init(entries: [BundleEntry], restOffset: Int64) {
        self.restOffset = restOffset
        var offset = restOffset
        placed = entries.map { entry in
            let content = offset + Int64(TarHeader.length(size: entry.size))
            defer { offset = content + TarHeader.paddedSize(entry.size) }
            return Placed(entry: entry, headerOffset: offset, contentOffset: content)
        }
        fileSize = offset + Int64(TarHeader.endOfArchive)
    }

    /// The layout of a bundle with these documents before its entries.
    package init(statementSize: Int, signatureSizes: [Int], entries: [BundleEntry]) {
        let front = ([Self.layoutMarker.count, statementSize] + signatureSizes).reduce(into: Int64(0)) {
            $0 += Int64(TarHeader.length(size: Int64($1))) + TarHeader.paddedSize(Int64($1))
        }
        self.init(entries: entries, restOffset: front)
    }

    /// The bytes from the header of `index.json` to the end of the file.
    package static func restSize(of entries: [BundleEntry]) -> Int64 {
        BundleLayout(entries: entries, restOffset: 0).fileSize
    }
}
