package import Archive
package import OCI

/// One file of the tar after the signatures, as the statement lists it.
package struct BundleEntry: Hashable, Sendable {
    package let path: EntryPath
    /// Bytes.
    package let size: Int64
    package let digest: Digest

    /// 64 GiB - 1: what the 12 octal digits of a header's size field can say.
    package static let maximumSize: Int64 = 68_719_476_735

    package static let indexPath = "index.json"
    package static let blobPrefix = "blobs/sha256/"

    package init(path: EntryPath, size: Int64, digest: Digest) {
        self.path = path
        self.size = size
        self.digest = digest
    }

    /// The entry of a blob, whose path is its digest.
    package init(blob digest: Digest, size: Int64) throws(ArchiveError) {
        self.init(path: try EntryPath(Self.blobPrefix + digest.hex), size: size, digest: digest)
    }

    /// The entry of `index.json`, the first of every bundle.
    package init(index content: Statement.Content) throws(ArchiveError) {
        self.init(path: try EntryPath(Self.indexPath), size: content.size, digest: content.digest)
    }

    package var isIndex: Bool { path.text == Self.indexPath }
}

/// The three classes of blobs, in the order in which they stand in the tar: what names things comes before
/// what is named (bundle-spec/bundle-v1.md, section 1).
package enum EntryClass: Int, Hashable, Sendable, Comparable {
    case manifest, small, layer

    package static func < (a: EntryClass, b: EntryClass) -> Bool { a.rawValue < b.rawValue }

    package init(_ mediaType: MediaType) {
        self =
            switch mediaType.kind {
            case .index, .manifest, .schema1: .manifest
            case .blob: mediaType.isImageLayer || mediaType == .zip ? .layer : .small
            }
    }
}
