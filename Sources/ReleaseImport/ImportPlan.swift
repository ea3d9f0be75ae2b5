import BundleFormat
package import OCI

/// What an import will do to its target, decided by asking and without writing.
package struct ImportPlan: Sendable {
    /// A blob that some repository lacks.
    package struct Transfer: Sendable {
        package let digest: Digest
        /// Bytes.
        package let size: Int64
        /// A repository of the target that holds it already.
        package let heldBy: RepositoryName?
        /// The repositories that lack it; where nobody holds it, the first is uploaded to and the rest mount from it.
        package let lackedBy: [RepositoryName]

        package var isUploaded: Bool { heldBy == nil }
        package var mounts: Int { lackedBy.count - (isUploaded ? 1 : 0) }
    }

    package struct Work: Sendable {
        package let repository: RepositoryImport
        /// The tags to be put; those that are there already are not among them.
        package let tags: [RepositoryImport.PlannedTag]
    }

    /// A signature tag of the target that holds something else than the bundle's.
    package struct LeftAlone: Hashable, Sendable {
        package let repository: RepositoryName
        package let tag: Tag
        package let found: Digest
    }

    package let repositories: [RepositoryImport]
    /// The repositories that something is put into.
    package let work: [Work]
    /// The largest first.
    package let transfers: [Transfer]
    /// Signature tags that hold other content, and stay as they are.
    package let leftAlone: [LeftAlone]

    package var isDone: Bool { work.isEmpty }
    package var uploads: [Transfer] { transfers.filter(\.isUploaded) }
    package var uploadBytes: Int64 { uploads.reduce(0) { $0 + $1.size } }
    package var mounts: Int { transfers.reduce(0) { $0 + $1.mounts } }
    package var manifests: Int { work.reduce(0) { $0 + $1.repository.documents.count } }
    package var tags: Int { work.reduce(0) { $0 + $1.tags.count } }
}
