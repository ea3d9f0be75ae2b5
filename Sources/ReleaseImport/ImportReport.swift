package import OCI

/// What an import did, and what the target says of it.
package struct ImportReport: Sendable {
    package struct TagResult: Hashable, Sendable {
        package let repository: RepositoryName
        package let tag: Tag
        /// The hash of the bytes that a GET of the tag gave after everything was put; where nothing had to be put, what
        /// the target said when it was asked for the tag.
        package let digest: Digest
    }

    package var uploaded = 0
    package var uploadedBytes: Int64 = 0
    package var mounted = 0
    package var manifests = 0
    package var tagged = 0
    package var tags: [TagResult] = []
    package var leftAlone: [TagResult] = []
    package var wasDone = false
}
