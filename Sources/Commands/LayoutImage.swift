import BundleFormat
import OCI
import SystemPackage
import VendorProof

/// An image in an OCI image layout, with what proves it.
struct LayoutImage {
    let layout: ImageLayout

    private static let refName = "org.opencontainers.image.ref.name"

    init(_ folder: String) throws {
        layout = try ImageLayout(FilePath(folder))
    }

    /// The digest finds the image; the name is only what it is called.
    func evidence(for reference: ImageReference, tag suffix: Tag.CosignSuffix) throws -> ImageEvidence {
        guard let digest = reference.digest else {
            let named = layout.roots.filter { root in
                let name = root.annotations[Self.refName] ?? ""
                return name == reference.text || name.hasSuffix("/" + reference.text)
            }
            let found = named.count == 1 ? "; in this layout it is \(reference.name)@\(named[0].digest)" : ""
            throw Finding(
                .usage, "image.tag", at: .target,
                "\(reference.text): has no digest, and what a layout calls so can change; give NAME@sha256:…\(found)"
            )
        }
        let name = "\(reference.name)@\(digest)"
        guard try layout.document(digest) != nil else {
            throw Finding(
                .content, "graph.missing", at: .target, "\(name): \(layout.folder) has no such image")
        }
        let tag = Tag(cosign: suffix, of: digest)
        let tagged = layout.roots.filter { root in
            let name = root.annotations[Self.refName] ?? ""
            return name == tag.text || [":", "/"].contains { name.hasSuffix($0 + tag.text) }
        }
        let referrers = layout.referrers(of: digest)
        try ImageEvidence.requireFew(referrers.count + tagged.count, beside: name)
        let carriers =
            try referrers.map { try carrier($0, of: digest, tag: nil) }
            + tagged.map { try carrier($0, of: digest, tag: tag) }
        return try ImageEvidence(
            name: name, policyName: reference.name, digest: digest, carriers: carriers
        ) { try layout.bytes(of: $0, limit: Int(ReleaseEvidence.blobLimit)) }
    }

    private func carrier(
        _ descriptor: Descriptor, of subject: Digest, tag: Tag?
    ) throws -> ReleaseEvidence.Carrier {
        guard let found = try layout.document(descriptor.digest) else {
            throw Finding(
                .content, "graph.missing", at: .target, "\(layout.folder): has no \(descriptor.digest)")
        }
        let document = try ManifestDocument(
            found.bytes, name: descriptor.digest.description, mediaType: found.mediaType)
        return ReleaseEvidence.Carrier(
            repository: try RepositoryName("layout"), digest: descriptor.digest, subject: subject, tag: tag,
            document: document)
    }
}
