package import OCI
package import Trust

/// A piece of evidence where it was found, read or not.
package struct FoundEvidence: Sendable {
    /// What messages and reports call it.
    package let name: String
    package let reading: Result<SignedEvidence, EvidenceFault>
    let isAboutImage: Bool
    /// The SHA-256 in hex of what its statement speaks of. Kept, because every object of the release asks for it.
    let claimedSubjects: Set<String>
    /// The same, and of what a signature without a statement is.
    let claimedContents: Set<String>

    package init(_ name: String, aboutImage: Bool, _ read: () throws(EvidenceFault) -> SignedEvidence) {
        self.name = name
        isAboutImage = aboutImage
        do throws(EvidenceFault) {
            let evidence = try read()
            claimedSubjects = Set(evidence.claimedSubjects)
            claimedContents = claimedSubjects.union(evidence.claimedDigest.map { [$0] } ?? [])
            reading = .success(evidence)
        } catch {
            claimedSubjects = []
            claimedContents = []
            reading = .failure(error)
        }
    }
}

extension ReleaseEvidence.Carrier {
    /// Everything in it that is to prove something.
    ///
    /// - Parameter read: the bytes of a blob.
    package func evidence(reading read: (Digest) throws -> [UInt8]) throws -> [FoundEvidence] {
        var found: [FoundEvidence] = []
        let layers = document.layers
        guard layers.count <= Self.layerLimit else {
            return [unread("has \(layers.count) layers, at most \(Self.layerLimit) are read")]
        }
        for (number, layer) in layers.enumerated() {
            let title = layers.count == 1 ? name : "\(name), layer \(number)"
            guard let kind = Self.kind(of: layer) else { continue }
            guard layer.size <= ReleaseEvidence.blobLimit else {
                found.append(unread("its layer \(number) has \(layer.size) bytes"))
                continue
            }
            let bytes = try read(layer.digest)
            found.append(
                FoundEvidence(title, aboutImage: true) { () throws(EvidenceFault) in
                    try Self.evidence(kind, bytes, layer.annotations, title)
                })
        }
        if found.isEmpty, claimsToProve {
            found.append(unread("holds no signature of a known form"))
        }
        return found
    }

    private static func evidence(
        _ kind: LayerKind, _ bytes: [UInt8], _ annotations: [String: String], _ name: String
    ) throws(EvidenceFault) -> SignedEvidence {
        switch kind {
        case .imageSignature:
            return try SignedEvidence(imageSignature: bytes, annotations: annotations, name: name)
        case .envelope:
            return try SignedEvidence(attestation: bytes, annotations: annotations, name: name)
        case .bundle:
            let evidence = try SignedEvidence(bundle: bytes, name: name)
            guard evidence.format == .bundleV03 else {
                throw EvidenceFault(
                    .format, "\(name): a bundle beside an image is of v0.3, found \(evidence.format.rawValue)"
                )
            }
            return evidence
        }
    }

    /// What nobody has looked at is not bad: a bill of materials may be larger than what is read.
    private func unread(_ text: String) -> FoundEvidence {
        FoundEvidence(name, aboutImage: true) { () throws(EvidenceFault) in
            throw EvidenceFault(.format, "\(name): \(text)", state: .unverifiableOffline)
        }
    }
}
