import OCI

/// Reads documents of a bundle by digest, hashing them each time.
struct EntrySource: Sendable {
    let file: PositionedFile
    let places: [Digest: BundleLayout.Placed]

    func place(of digest: Digest) throws(Finding) -> BundleLayout.Placed {
        guard let place = places[digest] else {
            throw Finding(.internal, "internal", at: .graph, "\(digest): is not in the bundle")
        }
        return place
    }

    /// The fault of an image config, if it has one.
    func configFault(_ digest: Digest) throws(Finding) -> Finding? {
        let bytes = try bytes(of: digest, limit: ImageConfig.maximumSize)
        do throws(OCIError) {
            try ImageConfig.check(bytes, name: BundleEntry.blobPrefix + digest.hex)
            return nil
        } catch {
            return Finding(error)
        }
    }

    /// - Parameter limit: bytes; the document is held in memory.
    func bytes(of digest: Digest, limit: Int) throws(Finding) -> [UInt8] {
        let place = try place(of: digest)
        guard place.entry.size <= limit else {
            throw Finding(
                .format, "json.size", at: .graph,
                "\(place.entry.path): has \(place.entry.size) bytes, at most \(limit) are allowed")
        }
        let bytes = try file.bytes(at: place.contentOffset, count: Int(place.entry.size))
        let found = Digest(of: bytes)
        guard found == digest else {
            throw Finding(
                .content, "blob.digest", at: .content,
                "\(place.entry.path): holds other bytes than \(digest): read \(found)", about: digest)
        }
        return bytes
    }
}
