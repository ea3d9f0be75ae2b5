import BundleFormat
import OCI
import ReleaseSet
import Trust
import VendorProof

/// An image in a bundle that was verified, with what proves it.
struct BundledImage {
    let bundle: VerifiedBundle

    /// The signed bundle fixes what a name means, so a digest is compared where one is given and not needed.
    func evidence(for reference: ImageReference, tag suffix: Tag.CosignSuffix) throws -> ImageEvidence {
        let release = ReleaseEvidence(bundle.graph, manifest: bundle.manifest, artifact: bundle.artifact)
        let named = release.artifacts.filter {
            $0.name == reference.name || $0.repository.text == reference.name
        }
        guard let image = named.first, named.count == 1 else {
            let names = release.artifacts.map(\.repository.text).joined(separator: ", ")
            throw Finding(
                .usage, "image.unknown", at: .target,
                "\(reference.text): is not in the bundle, which has \(names)")
        }
        guard reference.digest ?? image.digest == image.digest else {
            throw Finding(
                .content, "graph.missing", at: .target,
                "\(reference.text): the bundle has \(image.digest) under this name")
        }
        let carriers = release.carriers.filter { carrier in
            guard carrier.repository == image.repository, carrier.subject == image.digest else {
                return false
            }
            return carrier.tag.map { $0 == Tag(cosign: suffix, of: image.digest) } ?? true
        }
        return try ImageEvidence(
            name: "\(image.name)@\(image.digest)", policyName: image.name, digest: image.digest,
            kind: image.role == .chart ? .chart : .image,
            release: JudgedRelease(version: release.version.text, commit: release.commit), carriers: carriers
        ) { try bundle.bytes(of: $0) }
    }
}
