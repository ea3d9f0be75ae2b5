package import BundleFormat
package import OCI
package import Registry

/// A registry as the source: the one that the release manifest names, or a mirror of it.
package struct RegistrySource: ImageSource {
    /// The mirror; nothing where each image is fetched from where the manifest says that it is.
    private let mirror: RegistryLocation?
    /// The registry that is asked in place of docker.io.
    private let dockerMirror: RegistryLocation?
    private let connections: [RegistryHost: RegistryConnection]

    /// - Parameter hosts: every host that will be asked, the mirror's among them.
    package init(
        mirror: RegistryLocation?, dockerMirror: RegistryLocation? = nil, hosts: Set<RegistryHost>,
        options: RegistryOptions,
        transport: HTTPTransport,
    ) {
        self.mirror = mirror
        self.dockerMirror = dockerMirror
        var connections: [RegistryHost: RegistryConnection] = [:]
        for host in hosts {
            connections[host] = RegistryConnection(host: host, options: options, transport: transport)
        }
        self.connections = connections
    }

    package func location(of repository: SourceRepository) -> String {
        if let mirror = mirror(for: repository) { return "\(mirror)/\(repository.name)" }
        return dockerMirror(for: repository).map { "\($0)/\(repository.vendor.repository)" }
            ?? repository.vendor.description
    }

    package func document(_ digest: Digest, in repository: SourceRepository) async throws -> SourceDocument? {
        let (connection, name) = try place(of: repository)
        return try await connection.manifest(name, .digest(digest)).map(SourceDocument.init)
    }

    package func document(tagged tag: Tag, in repository: SourceRepository) async throws -> SourceDocument? {
        let (connection, name) = try place(of: repository)
        return try await connection.manifest(name, .tag(tag)).map(SourceDocument.init)
    }

    package func referrers(of subject: Digest, in repository: SourceRepository) async throws -> [Descriptor] {
        let (connection, name) = try place(of: repository)
        return try await connection.referrers(name, of: subject)
    }

    package func fetch(
        _ entry: BundleEntry, in repository: SourceRepository,
        into sink: (UnsafeRawBufferPointer) throws -> Void,
    ) async throws {
        let (connection, name) = try place(of: repository)
        try await connection.pullBlob(name, digest: entry.digest, size: entry.size, into: sink)
    }

    /// How many requests were sent, and what the registries warned of.
    package var summaries: [TrafficSummary] { connections.values.map(\.summary) }

    private func mirror(for repository: SourceRepository) -> RegistryLocation? {
        repository.isMirrored ? mirror : nil
    }

    private func dockerMirror(for repository: SourceRepository) -> RegistryLocation? {
        !repository.isMirrored && repository.vendor.isOfDockerHub ? dockerMirror : nil
    }

    private func place(of repository: SourceRepository) throws -> (RegistryConnection, RepositoryName) {
        let (mirror, dockerMirror) = (mirror(for: repository), dockerMirror(for: repository))
        let host = mirror?.host ?? dockerMirror?.host ?? repository.vendor.host
        guard let connection = connections[host] else {
            throw Finding(.internal, "internal", at: .target, "\(host): no connection was made for it")
        }
        let name =
            try mirror?.repository(repository.name)
            ?? dockerMirror?.repository(repository.vendor.repository) ?? repository.vendor.repository
        return (connection, name)
    }
}

extension ImageName {
    package var isOfDockerHub: Bool { host.description == "docker.io" }
}

extension SourceDocument {
    fileprivate init(_ fetched: FetchedManifest) {
        self.init(bytes: fetched.bytes, mediaType: fetched.mediaType, digest: fetched.digest)
    }
}
