import BundleFormat
import OCI
import Registry
import VendorProof

/// An image in a registry, read with what proves it. Nothing but the named registry is asked.
struct RegistryImage {
    let connection: RegistryConnection
    let image: ImageName

    /// A tag may name another image tomorrow, so only a digest can be verified; what the tag names now is said.
    func evidence(for reference: ImageReference, tag suffix: Tag.CosignSuffix) async throws -> ImageEvidence {
        guard let digest = reference.digest else { throw try await refusal(of: reference) }
        let name = "\(image)@\(digest)"
        guard try await connection.manifest(image.repository, .digest(digest)) != nil else {
            throw Finding(.content, "graph.missing", at: .target, "\(name): the registry has no such image")
        }
        var carriers = try await referrers(of: digest, name)
        let tag = Tag(cosign: suffix, of: digest)
        if let tagged = try await connection.manifest(image.repository, .tag(tag)) {
            carriers.append(try carrier(tagged, of: digest, tag: tag))
        }
        var blobs: [Digest: [UInt8]] = [:]
        let wanted = carriers.flatMap(\.evidenceLayers).filter { $0.size <= ReleaseEvidence.blobLimit }
        try ReleaseEvidence.requireRoom(for: wanted)
        for blob in wanted {
            blobs[blob.digest] = try await bytes(of: blob)
        }
        return try ImageEvidence(
            name: name, policyName: image.description, digest: digest, carriers: carriers
        ) { digest in
            guard let bytes = blobs[digest] else {
                throw Finding(.internal, "internal", at: .target, "\(digest): was not fetched")
            }
            return bytes
        }
    }

    private func refusal(of reference: ImageReference) async throws -> Finding {
        var found = ""
        if let tag = reference.tag,
            let now = try await connection.digest(image.repository, of: try Tag(tag))
        {
            found = "; at this moment it is \(image)@\(now)"
        }
        return Finding(
            .usage, "image.tag", at: .target,
            "\(reference.text): has no digest, and what a tag names can change after it was verified; give "
                + "HOST/REPOSITORY@sha256:…\(found)")
    }

    private func referrers(of digest: Digest, _ name: String) async throws -> [ReleaseEvidence.Carrier] {
        let listed = try await connection.referrers(image.repository, of: digest)
        try ImageEvidence.requireFew(listed.count, beside: name)
        var carriers: [ReleaseEvidence.Carrier] = []
        for descriptor in listed {
            guard let fetched = try await connection.manifest(image.repository, .digest(descriptor.digest))
            else {
                throw Finding(
                    .content, "graph.missing", at: .target,
                    "\(image): lists \(descriptor.digest) as a referrer, and has it not")
            }
            let carrier = try carrier(fetched, of: digest, tag: nil)
            // A list of referrers is the registry's word; what a manifest is about, it says itself.
            guard carrier.document.subject?.digest == digest else {
                throw Finding(
                    .content, "pull.referrer", at: .target,
                    "\(image): lists \(descriptor.digest) as a referrer of \(digest), but its subject is another"
                )
            }
            carriers.append(carrier)
        }
        return carriers
    }

    private func carrier(
        _ fetched: FetchedManifest, of subject: Digest, tag: Tag?
    ) throws -> ReleaseEvidence.Carrier {
        let document = try ManifestDocument(
            fetched.bytes, name: "\(image)@\(fetched.digest)", mediaType: fetched.mediaType)
        return ReleaseEvidence.Carrier(
            repository: image.repository, digest: fetched.digest, subject: subject, tag: tag,
            document: document)
    }

    private func bytes(of blob: Descriptor) async throws -> [UInt8] {
        let check = BlobCheck(
            try BundleEntry(blob: blob.digest, size: blob.size), named: "\(image): \(blob.digest)")
        var bytes: [UInt8] = []
        try await connection.pullBlob(image.repository, digest: blob.digest, size: blob.size) { chunk in
            try check.take(chunk)
            bytes += chunk
        }
        try check.finish()
        return bytes
    }
}
