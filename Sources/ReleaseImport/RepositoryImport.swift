package import BundleFormat
package import OCI
import ReleaseSet

/// What goes into one repository of the target.
package struct RepositoryImport: Sendable {
    package struct PlannedTag: Hashable, Sendable {
        package let tag: Tag
        package let descriptor: Descriptor
        /// The vendor's signature tags may have been co-signed in the enclave: one with other content is left alone.
        package let isSignature: Bool
    }

    package let name: RepositoryName
    /// Children first.
    package let documents: [Descriptor]
    package let blobs: [(digest: Digest, size: Int64)]
    package let tags: [PlannedTag]
    /// What the repository must list as referrers, by subject.
    package let referrers: [Digest: [Descriptor]]

    /// Every repository of the bundle, sorted by name.
    package static func all(of bundle: VerifiedBundle) throws -> [RepositoryImport] {
        try Dictionary(grouping: bundle.index.entries, by: \.repository)
            .sorted { $0.key < $1.key }
            .map { name, entries in try RepositoryImport(name, entries, of: bundle) }
    }

    private init(_ name: RepositoryName, _ entries: [IndexEntry], of bundle: VerifiedBundle) throws {
        self.name = name
        var documents: [Descriptor] = []
        var blobs: [(digest: Digest, size: Int64)] = []
        var seen: Set<Digest> = []
        // A manifest is put after its subject: referrers stand after everything that they can speak of.
        for entry in entries.filter({ $0.kind != .referrer }) + entries.filter({ $0.kind == .referrer }) {
            let reached = bundle.graph.reach(from: entry.digest)
            for digest in reached.documents where seen.insert(digest).inserted {
                guard let node = bundle.graph.nodes[digest], let type = node.documentType else { continue }
                documents.append(Descriptor(mediaType: type, digest: digest, size: node.size))
            }
            for digest in reached.blobs where seen.insert(digest).inserted {
                guard let node = bundle.graph.nodes[digest] else { continue }
                blobs.append((digest, node.size))
            }
        }
        self.documents = documents
        self.blobs = blobs
        tags = try entries.flatMap { try Self.tags(of: $0, in: bundle) }
        referrers = Self.referrers(documents, graph: bundle.graph)
    }

    private static func tags(of entry: IndexEntry, in bundle: VerifiedBundle) throws -> [PlannedTag] {
        let tags: [Tag]
        switch entry.kind {
        case .image:
            let image = bundle.manifest.images.first { $0.shortName == entry.repository.text }
            let version = try image?.versionTag ?? Tag(bundle.statement.version.text)
            tags = [version] + (image?.commitTag.map { [$0] } ?? [])
        case .extraImage, .signature: tags = entry.tag.map { [$0] } ?? []
        case .chart: tags = [try Tag(bundle.statement.version.chartVersion)]
        case .release: tags = [try Tag(bundle.statement.releaseTag)]
        case .referrer: tags = []
        }
        return tags.map {
            PlannedTag(tag: $0, descriptor: entry.descriptor, isSignature: entry.kind == .signature)
        }
    }

    /// Returns the referrers of every subject, also those that an index holds as its children, as BuildKit stores
    /// attestations (`oci-artifact=true`): without the referrers API, clients find them by the fallback tag only.
    ///
    /// A descriptor in a list of referrers repeats the manifest's artifact type and annotations (OCI distribution-spec
    /// 1.1.1, "Pushing Manifests with Subject").
    private static func referrers(_ documents: [Descriptor], graph: BundleGraph) -> [Digest: [Descriptor]] {
        var found: [Digest: [Descriptor]] = [:]
        for descriptor in documents {
            guard let document = graph.documents[descriptor.digest], let subject = document.subject else {
                continue
            }
            found[subject.digest, default: []].append(
                Descriptor(
                    mediaType: descriptor.mediaType, digest: descriptor.digest, size: descriptor.size,
                    annotations: document.annotations,
                    artifactType: document.artifactType ?? document.config?.mediaType.text))
        }
        return found
    }
}

extension RepositoryImport.PlannedTag {
    /// The refusal to move a tag that names something else.
    func conflict(with found: Digest, at repository: String) -> Finding {
        Finding(
            .policy, "tag.conflict", at: .target,
            "\(repository):\(tag): is \(found) there, the bundle has \(descriptor.digest); tags are never moved: "
                + "remove the old one or import under another prefix",
            about: found)
    }
}
