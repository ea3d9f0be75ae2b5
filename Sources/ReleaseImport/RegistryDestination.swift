package import BundleFormat
package import OCI
package import Registry

/// An internal registry as the destination.
package struct RegistryDestination: Destination {
    package let location: RegistryLocation
    private let connection: RegistryConnection

    package init(_ location: RegistryLocation, connection: RegistryConnection) {
        self.location = location
        self.connection = connection
    }

    package var summary: TrafficSummary { connection.summary }

    package func name(of repository: RepositoryName) -> String { "\(location.host)/\(path(of: repository))" }

    package func path(of repository: RepositoryName) -> String {
        // What has no name there is refused by `refusals`; until then it is called by what it would be.
        (try? location.repository(repository).text)
            ?? (location.prefix.map { "\($0)/" } ?? "") + repository.text
    }

    package func refusals(of repositories: [RepositoryName]) -> [Finding] {
        TargetNames(location: location).findings(for: repositories)
    }

    package var lendsUnasked: Bool { true }

    package func prepare() async throws {
        try await connection.ping()
    }

    package func digest(of tag: Tag, in repository: RepositoryName, isExpected: Bool) async throws -> Digest?
    {
        try await connection.digest(try location.repository(repository), of: tag, isExpected: isExpected)
    }

    package func holdsBlob(_ digest: Digest, size: Int64, in repository: RepositoryName) async throws -> Bool
    {
        try await connection.hasBlob(try location.repository(repository), digest: digest, size: size)
    }

    package func open(_ repository: RepositoryName) async throws {
        try await connection.openUpload(into: try location.repository(repository))
    }

    package func closeUnused() async { await connection.closeUnusedUploads() }

    package func push(
        _ digest: Digest, _ body: any BlobBody, to repository: RepositoryName, from other: RepositoryName?,
        onBytes: @escaping @Sendable (Int) -> Void,
    ) async throws -> PushOutcome {
        try await connection.pushBlob(
            try location.repository(repository), digest: digest, body: body,
            mountFrom: try other.map(location.repository), askFirst: false, onBytes: onBytes)
    }

    package func put(_ bytes: [UInt8], _ descriptor: Descriptor, in repository: RepositoryName) async throws {
        try await connection.putManifest(
            try location.repository(repository), .digest(descriptor.digest), bytes: bytes,
            mediaType: descriptor.mediaType)
    }

    package func list(_ referrers: [Descriptor], of subject: Digest, in repository: RepositoryName)
        async throws
        -> ReferrersOutcome
    {
        try await connection.addReferrers(try location.repository(repository), subject: subject, referrers)
    }

    package func referrers(of subject: Digest, in repository: RepositoryName) async throws -> Set<Digest> {
        Set(try await connection.referrers(try location.repository(repository), of: subject).map(\.digest))
    }

    package func put(tag: Tag, _ bytes: [UInt8], _ descriptor: Descriptor, in repository: RepositoryName)
        async throws
    {
        try await connection.putManifest(
            try location.repository(repository), .tag(tag), bytes: bytes, mediaType: descriptor.mediaType)
    }

    package func commit() async throws {}

    package func readBack(_ reference: ManifestReference, in repository: RepositoryName, isNew: Bool)
        async throws
        -> Digest?
    {
        do {
            return try await connection.manifest(
                try location.repository(repository), reference, isNew: isNew)?.digest
        } catch RegistryError.pullDigest(_, _, _, let found) {
            // Other bytes than the digest asked for: what they are is the answer.
            return found
        }
    }
}
