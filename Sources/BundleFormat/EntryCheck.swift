import Archive
import LibCrypto
import OCI

/// Compares one entry with what the statement says of it: header, content, padding.
struct EntryCheck {
    let file: PositionedFile
    let place: BundleLayout.Placed
    /// Counts from 1 through the whole tar.
    let position: Int

    /// What is wrong; nothing if all is well.
    ///
    /// - Throws: only what stops the reading, such as a damaged medium.
    func findings(events: TransferEvents) throws -> [Finding] {
        let path = place.entry.path.text
        let expected = try TarHeader.bytes(path: place.entry.path, size: place.entry.size)
        let header = try file.bytes(at: place.headerOffset, count: expected.count)
        if let difference = HeaderDifference(expected: expected, found: header) {
            // The bytes after a wrong header are not this entry's: nothing can be said of them.
            return [.header(path, position: position, difference, at: .headers)]
        }
        var hash = SHA256()
        let end = place.contentOffset + place.entry.size
        try file.forEachChunk(of: place.contentOffset..<end) { bytes in
            hash.update(bytes)
            events.yield(.moved(bytes.count))
        }
        var found: [Finding] = []
        let padding = try file.bytes(at: end, count: Int(place.end - end))
        if !padding.allSatisfy({ $0 == 0 }) {
            found.append(
                Finding(.format, "tar.padding", at: .headers, "\(path): the bytes after its end are not zero")
            )
        }
        let digest = Digest(sha256: hash.finish())
        if digest != place.entry.digest {
            found.append(
                Finding(
                    .content, "blob.digest", at: .content,
                    "\(path): holds other bytes than \(place.entry.digest): read \(digest)",
                    about: place.entry.digest))
        }
        return found
    }
}
