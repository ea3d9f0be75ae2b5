package import OCI
package import ReleaseSet
package import VendorProof

extension ReleaseEvidence {
    /// What a bundle has to prove, and what it proves it with.
    package init(_ graph: BundleGraph, manifest: ReleaseManifest, artifact: ReleaseArtifact) {
        self.init(
            version: manifest.version, commit: manifest.commit,
            exceptions: manifest.vulnerabilityExceptions,
            artifacts: graph.index.entries.compactMap { entry in
                Artifact.Role(entry.kind).map { role in
                    Artifact(
                        role: role, name: Self.name(of: entry, manifest), repository: entry.repository,
                        digest: entry.digest,
                        configs: role == .image ? Self.configs(of: entry.digest, graph) : [])
                }
            },
            carriers: graph.index.entries.compactMap { Self.carrier($0, graph) },
            files: artifact.files.map { File(name: $0.name, digest: $0.digest, size: $0.size) })
    }

    /// What policies call it: images and chart as the release manifest does, so that whoever made the bundle cannot say
    /// that an image is another one.
    private static func name(of entry: IndexEntry, _ manifest: ReleaseManifest) -> String {
        let image = manifest.images.first { $0.shortName == entry.repository.text }
        switch (entry.kind, image, manifest.images.first?.location) {
        case (.image, let image?, _): return image.name.description
        case (.chart, _, let location?):
            return (try? location.name(of: entry.repository)) ?? entry.repository.text
        default: break
        }
        let bare = entry.sourceName.prefix { $0 != "@" }
        guard let colon = bare.lastIndex(of: ":"), !bare[colon...].contains("/") else { return String(bare) }
        return String(bare[..<colon])
    }

    /// Configs of an image manifest, or of each platform's manifest in an index.
    private static func configs(of image: Digest, _ graph: BundleGraph) -> [Artifact.Config] {
        guard let document = graph.documents[image] else { return [] }
        if let config = document.config { return [Artifact.Config(platform: nil, descriptor: config)] }
        return document.manifests.filter { $0.platform?.isUnknown != true }.compactMap { manifest in
            graph.documents[manifest.digest]?.config.map {
                Artifact.Config(platform: manifest.platform, descriptor: $0)
            }
        }
    }

    private static func carrier(_ entry: IndexEntry, _ graph: BundleGraph) -> Carrier? {
        guard let document = graph.documents[entry.digest] else { return nil }
        let subject: Digest? =
            switch entry.kind {
            case .signature: entry.tag?.cosignSubject
            case .referrer: document.subject?.digest
            case .image, .extraImage, .chart, .release: nil
            }
        return subject.map {
            Carrier(
                repository: entry.repository, digest: entry.digest, subject: $0, tag: entry.tag,
                document: document)
        }
    }
}

extension ReleaseEvidence {
    /// All of it is held in memory while it is judged.
    private static let carriedLimit: Int64 = 256 << 20

    /// Refuses more signatures and attestations than the memory has room for, before one is read.
    package func requireRoom() throws(Finding) {
        try Self.requireRoom(for: carriedBlobs.map(\.blob))
    }

    /// - Parameter blobs: what is going to be read.
    package static func requireRoom(for blobs: [Descriptor]) throws(Finding) {
        guard blobs.reduce(0, { $0 + $1.size }) <= carriedLimit else {
            throw Finding(
                .format, "vendor.toomuch", at: .vendor,
                "signatures and attestations: more than \(carriedLimit) bytes of them")
        }
    }
}

extension ReleaseEvidence.Artifact.Role {
    fileprivate init?(_ kind: IndexEntry.Kind) {
        switch kind {
        case .image: self = .image
        case .extraImage: self = .extraImage
        case .chart: self = .chart
        case .release, .signature, .referrer: return nil
        }
    }
}

extension VerifiedBundle {
    /// What is known of the origin of what the bundle holds, verified again from its own bytes.
    package func vendorReport(_ demand: VendorDemand) throws -> VendorReport {
        let release = ReleaseEvidence(graph, manifest: manifest, artifact: artifact)
        if case .proof = demand { try release.requireRoom() }
        return try demand.report(on: release) { try bytes(of: $0) }
    }
}
