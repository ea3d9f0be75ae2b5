import OCI

extension Coherence {
    /// Whether each SBOM and scan speaks of the image that it was published for (THREATS R-34).
    var documentFindings: [SetFinding] {
        let digests = parts.digestsByImage
        var found: [SetFinding] = []
        for image in parts.manifest.images {
            if let name = image.sbom, let facts = parts.documents[name] {
                found += findings(name, facts, isRight: facts.isSPDX, "an SPDX document", image, digests)
            }
            if let name = image.scan, let facts = parts.documents[name] {
                found += findings(name, facts, isRight: facts.isSARIF, "a SARIF report", image, digests)
            }
        }
        if let name = parts.manifest.chart?.sbom, let facts = parts.documents[name], !facts.isSPDX {
            found.append(otherKind(name, "an SPDX document"))
        }
        return found
    }

    private func findings(
        _ name: FileName, _ facts: DocumentFacts, isRight: Bool, _ kind: String, _ image: ReleaseImage,
        _ digests: [String: Set<Digest>],
    ) -> [SetFinding] {
        guard isRight else { return [otherKind(name, kind)] }
        let own = digests[image.shortName] ?? []
        for (other, theirs) in digests.sorted(by: { $0.key < $1.key }) where other != image.shortName {
            if let digest = theirs.subtracting(own).intersection(facts.digests).min() {
                return [
                    SetFinding(
                        .contradiction, "sbom.subject", file: name.text,
                        expected: "the image \(image.shortName) (\(image.digest))",
                        found: "\(other) (\(digest))")
                ]
            }
        }
        guard facts.digests.isDisjoint(with: own) else { return [] }
        return [
            SetFinding(
                .warning, "sbom.subject", file: name.text,
                expected: "the image \(image.shortName) (\(image.digest))",
                found: facts.namesOthers ? "digests that the release does not know" : "no digest of an image")
        ]
    }

    private func otherKind(_ name: FileName, _ kind: String) -> SetFinding {
        SetFinding(
            .missing, "sbom.shape", file: name.text, expected: kind, found: "another kind of file",
            allowName: name.text)
    }
}
