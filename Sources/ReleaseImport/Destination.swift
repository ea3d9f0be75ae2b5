package import BundleFormat
package import OCI
package import Registry

/// Where an import goes: a registry, or a folder that is an OCI image layout.
package protocol Destination: Sendable {
    /// What messages call a repository of this destination: the full name where there is one.
    func name(of repository: RepositoryName) -> String

    /// What the destination itself calls a repository, without its own name before it.
    func path(of repository: RepositoryName) -> String

    /// The names that the destination cannot hold, as far as that is known without asking it.
    func refusals(of repositories: [RepositoryName]) -> [Finding]

    /// Whether anybody is there and lets us in; writes nothing.
    func prepare() async throws

    /// The digest that `tag` names now; nothing only if there is surely no such tag.
    ///
    /// - Parameter isExpected: `false` where the tag is probably absent.
    func digest(of tag: Tag, in repository: RepositoryName, isExpected: Bool) async throws -> Digest?

    func holdsBlob(_ digest: Digest, size: Int64, in repository: RepositoryName) async throws -> Bool

    /// Whether a repository whose tags are all there may lend its blobs to others without being asked for them.
    var lendsUnasked: Bool { get }

    /// Makes a repository ready for blobs, or tells that it takes none.
    func open(_ repository: RepositoryName) async throws

    /// Lets go of what was made ready and not used.
    func closeUnused() async

    /// Brings a blob in that is not there yet, from another repository of the destination if that one holds it.
    func push(
        _ digest: Digest, _ body: any BlobBody, to repository: RepositoryName, from other: RepositoryName?,
        onBytes: @escaping @Sendable (Int) -> Void,
    ) async throws -> PushOutcome

    /// Stores a document under its digest; everything that it names is there already.
    func put(_ bytes: [UInt8], _ descriptor: Descriptor, in repository: RepositoryName) async throws

    /// Makes sure that whoever asks for what refers to `subject` is told of `referrers`.
    func list(_ referrers: [Descriptor], of subject: Digest, in repository: RepositoryName) async throws
        -> ReferrersOutcome

    /// What the destination tells whoever asks what refers to `subject`.
    func referrers(of subject: Digest, in repository: RepositoryName) async throws -> Set<Digest>

    func put(tag: Tag, _ bytes: [UInt8], _ descriptor: Descriptor, in repository: RepositoryName) async throws

    /// Makes the tags visible, all at once where the destination can.
    func commit() async throws

    /// Reads a document again and hashes what came; nothing if it is not there.
    ///
    /// - Parameter isNew: whether it was put a moment ago, so that it is worth asking again.
    func readBack(_ reference: ManifestReference, in repository: RepositoryName, isNew: Bool) async throws
        -> Digest?
}

/// A destination whose repositories are there as soon as they are named, under any name.
extension Destination {
    package func path(of repository: RepositoryName) -> String { repository.text }
    package func refusals(of repositories: [RepositoryName]) -> [Finding] { [] }
    package func open(_ repository: RepositoryName) async throws {}
    package func closeUnused() async {}
}
