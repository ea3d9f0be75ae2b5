import OCI
import StrictJSON
import Testing
import Trust
import VendorProof

/// Good signatures of something else than what they stand beside.
@Suite struct ImageIdentityTests {
    let vendor: KeySigner
    var sample: SampleEvidence

    init() throws {
        vendor = try KeySigner("vendor")
        sample = try SampleEvidence()
    }

    private func trust(_ more: [VendorPolicy] = []) throws -> VendorTrust {
        let images = try SampleEvidence.trust()
        let signers = images.policies[0].anyOf + [.key("vendor")]
        return VendorTrust(
            roots: images.roots, keys: [vendor.trusted],
            policies: [VendorPolicy(match: images.policies[0].match, anyOf: signers)] + more)
    }

    private func artifact(_ name: String) throws -> ReleaseEvidence.Artifact {
        try #require(sample.artifacts.first { $0.repository.text == name })
    }

    /// What proves one image, laid beside another place where it shall be believed.
    private mutating func lay(_ image: ReleaseEvidence.Artifact, at place: ReleaseEvidence.Artifact) {
        for carrier in sample.carriers where carrier.repository == image.repository {
            sample.carriers.append(
                ReleaseEvidence.Carrier(
                    repository: place.repository, digest: carrier.digest, subject: carrier.subject,
                    tag: carrier.tag, document: carrier.document))
        }
    }

    private func renamed(_ artifact: ReleaseEvidence.Artifact, _ digest: Digest) -> ReleaseEvidence.Artifact {
        ReleaseEvidence.Artifact(
            role: artifact.role, name: artifact.name, repository: artifact.repository, digest: digest)
    }

    @Test mutating func `an image that was signed as another one of the release is not that one`() throws {
        let (bff, read) = (try artifact("cloudgrid-bff"), try artifact("cloudgrid-storage-read"))
        // cosign 3 writes no name into what it signs, so only what cosign 2 signed can tell.
        sample.carriers.removeAll { $0.repository == bff.repository || $0.tag == nil }
        lay(read, at: bff)
        sample.artifacts = sample.artifacts.map { $0 == bff ? renamed(bff, read.digest) : $0 }
        let report = try sample.report(try trust())
        #expect(report.refusals.map(\.reason) == ["vendor.unverifiable"])
        let object = try #require(report.object("cloudgrid-bff"))
        #expect(object.state == .unverifiableOffline && object.reason == "other-name")
        #expect(object.text?.contains("ghcr.io/cloudgrid-dev/cloudgrid-storage-read") == true)
        #expect(report.object("cloudgrid-storage-read")?.state == .verified)
    }

    @Test mutating func `a signature under the image's own name counts beside one under another's`() throws {
        let (bff, read) = (try artifact("cloudgrid-bff"), try artifact("cloudgrid-storage-read"))
        sample.carriers.removeAll { $0.repository == bff.repository || $0.tag == nil }
        lay(read, at: bff)
        let twin = renamed(bff, read.digest)
        sample.artifacts = sample.artifacts.map { $0 == bff ? twin : $0 }
        let (carrier, payload) = try vendor.tag(twin)
        sample.carriers.append(carrier)
        sample.blobs[Digest(of: payload)] = payload
        let report = try sample.report(try trust())
        #expect(report.refusals == [])
        #expect(report.object("cloudgrid-bff")?.state == .verified)
    }

    @Test mutating func `where a policy speaks of charts, the chart cannot be called another one`() throws {
        sample.artifacts.append(
            ReleaseEvidence.Artifact(
                role: .chart, name: "docker.io/library/charts/cloudgrid",
                repository: try RepositoryName("charts/cloudgrid"), digest: Digest(of: [])))
        #expect(try sample.report(try trust()).refusals == [])
        let pattern = try #require(NamePattern("ghcr.io/cloudgrid-dev/charts/cloudgrid"))
        let charts = VendorPolicy(match: [VendorPolicy.Match(.chart, pattern)], anyOf: [.key("vendor")])
        #expect(try sample.report(try trust([charts])).refusals.map(\.reason) == ["vendor.nopolicy"])
    }

    @Test mutating func `evidence that is too large to be read proves nothing and is not bad`() throws {
        let bff = try artifact("cloudgrid-bff")
        let type = MediaType("application/vnd.dsse.envelope.v1+json")
        let large = Descriptor(mediaType: type, digest: Digest(of: [1]), size: (16 << 20) + 1)
        let small = Descriptor(mediaType: type, digest: Digest(of: [1]), size: 1)
        for layers in [[large], Array(repeating: small, count: 101)] {
            let manifest: JSONValue = [
                "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest.text),
                "config": Descriptor.empty.json, "layers": .array(layers.map(\.json)),
            ]
            let json = try manifest.canonical()
            sample.carriers.append(
                ReleaseEvidence.Carrier(
                    repository: bff.repository, digest: Digest(of: json), subject: bff.digest,
                    tag: OCI.Tag(cosign: .att, of: bff.digest),
                    document: try ManifestDocument(json, name: "att", mediaType: .ociManifest)))
        }
        let report = try sample.report(try trust())
        #expect(report.refusals == [])
        let object = try #require(report.object("cloudgrid-bff"))
        #expect(object.state == .verified)
        let unread = object.evidence.filter { $0.state == .unverifiableOffline }
        #expect(unread.map(\.reason) == ["unsupported-format", "unsupported-format"])
        sample.carriers.removeAll { $0.subject == bff.digest && $0.document.layers.count == 1 }
        #expect(try sample.report(try trust()).refusals.map(\.reason) == ["vendor.unverifiable"])
    }
}
