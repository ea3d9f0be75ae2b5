import OCI
import StrictJSON
import Testing
import Trust
import VendorProof

/// The sample release, signed as the vendor's workflow signs, and what becomes of it when single things are changed.
@Suite struct SampleProofTests {
    let sample: SampleEvidence
    let trust: VendorTrust

    init() throws {
        sample = try SampleEvidence()
        trust = try SampleEvidence.trust()
    }

    private static func isTag(_ carrier: ReleaseEvidence.Carrier, of image: String, _ suffix: String) -> Bool
    {
        carrier.repository.text == image && carrier.tag?.text.hasSuffix(suffix) == true
    }

    private static func isReferrer(_ carrier: ReleaseEvidence.Carrier, of image: String, _ kind: String)
        -> Bool
    {
        carrier.repository.text == image && carrier.tag == nil
            && carrier.document.annotations["dev.sigstore.bundle.predicateType"]?.contains(kind) == true
    }

    @Test func `every image of the sample is verified by both generations of cosign`() throws {
        let report = try sample.report(trust)
        #expect(report.refusals == [])
        #expect(report.count(of: .verified) == 9)
        let images = report.objects.filter { $0.kind == .image }
        #expect(images.count == 8)
        for image in images {
            #expect(image.state == .verified && image.isRequired)
            let formats = image.evidence.filter { $0.role == .signature && $0.state == .verified }.map(
                \.format)
            #expect(Set(formats) == [.imageSignature, .bundleV03])
            #expect(image.deciding?.time?.description.hasPrefix("2026-11-02T10:") == true)
        }
    }

    @Test func `provenance is shown beside, and a signed referrer is a part`() throws {
        let report = try sample.report(trust)
        let bff = try #require(report.object("cloudgrid-bff"))
        let types = bff.evidence.compactMap { if case .attestation(let type) = $0.role { type } else { nil } }
        #expect(types == ["https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v1"])
        #expect(Set(bff.evidence.map(\.format)).contains(.attestation))
        let parts = report.objects.filter { $0.kind == .part }
        #expect(parts.map(\.state) == [.verified])
        #expect(parts.first?.name.hasPrefix("ghcr.io/cloudgrid-dev/cloudgrid-control-plane@sha256:") == true)
        #expect(parts.first?.isRequired == false)
    }

    @Test func `of the files it says what is so`() throws {
        let report = try sample.report(trust)
        let sums = try #require(report.object("checksums.txt"))
        #expect(sums.state == .unverifiableOffline)
        #expect(sums.reason == "no-certificate-in-release")
        #expect(report.warnings.map(\.reason) == ["vendor.unverifiable"])
        #expect(report.object("checksums.txt.sig") == nil)
        let chart = try #require(report.object("cloudgrid-1.0.0-beta.tgz"))
        #expect(chart.state == .absent)
        #expect(chart.text == "in checksums.txt, which no verified signature covers")
        #expect(report.object("release-values.yaml")?.text == "in no checksum file")
        #expect(report.count(of: .absent) == 59)
    }

    @Test(arguments: [
        ("dev.cosignproject.cosign/signature", "vendor.signature"),
        ("dev.sigstore.cosign/bundle", "vendor.json"),
    ])
    func `a tag's signature that was changed is invalid, whatever else is good`(
        annotation: String, reason: String
    ) throws {
        var sample = sample
        sample.forge({ Self.isTag($0, of: "cloudgrid-bff", ".sig") }) { _, annotations in
            guard let text = annotations[annotation] else { return }
            annotations[annotation] = String(text.dropFirst(20).prefix(8) + text.dropFirst(8))
        }
        let report = try sample.report(trust)
        let bff = try #require(report.object("cloudgrid-bff"))
        #expect(bff.state == .invalid)
        #expect(bff.evidence.contains { $0.state == .verified && $0.role == .signature })
        #expect(report.refusals.map(\.reason) == [reason])
        #expect(report.refusals.first?.message.contains("image ghcr.io/cloudgrid-dev/cloudgrid-bff") == true)
    }

    @Test func `a payload that names another image is refused, though it is signed`() throws {
        var sample = sample
        let other = try #require(
            sample.carriers.first { Self.isTag($0, of: "cloudgrid-storage-read", ".sig") })
        let place = try #require(sample.carriers.firstIndex { Self.isTag($0, of: "cloudgrid-bff", ".sig") })
        sample.carriers[place] = ReleaseEvidence.Carrier(
            repository: sample.carriers[place].repository, digest: other.digest,
            subject: sample.carriers[place].subject, tag: sample.carriers[place].tag, document: other.document
        )
        #expect(try sample.report(trust).refusals.map(\.reason) == ["vendor.claims"])
    }

    @Test func `a statement about another image is refused, though it is signed`() throws {
        var sample = sample
        let other = try #require(
            sample.carriers.first { Self.isReferrer($0, of: "cloudgrid-storage-write", "cosign/sign") })
        let bff = try #require(sample.artifacts.first { $0.repository.text == "cloudgrid-bff" })
        sample.carriers.append(
            ReleaseEvidence.Carrier(
                repository: bff.repository, digest: other.digest, subject: bff.digest, tag: nil,
                document: other.document))
        #expect(try sample.report(trust).refusals.map(\.reason) == ["vendor.digest"])
    }

    @Test func `an attestation that was changed stops, beside two good signatures`() throws {
        var sample = sample
        try sample.forge({ Self.isReferrer($0, of: "cloudgrid-bff", "slsa") }) { bytes, _ in
            let text = String(decoding: bytes, as: UTF8.self)
            let start = try #require(text.firstRange(of: #""payload":""#)).upperBound
            let place = text.index(start, offsetBy: 400)
            let letter = text[place] == "A" ? "B" : "A"
            bytes = Array((text[..<place] + letter + text[text.index(after: place)...]).utf8)
        }
        let report = try sample.report(trust)
        #expect(report.refusals.map(\.reason) == ["vendor.signature"])
        #expect(report.object("cloudgrid-bff")?.state == .invalid)
    }

    @Test func `an image whose signatures are taken away is refused, and its provenance does not stand in`()
        throws
    {
        var sample = sample
        sample.carriers.removeAll {
            Self.isTag($0, of: "cloudgrid-bff", ".sig")
                || Self.isReferrer($0, of: "cloudgrid-bff", "cosign/sign")
        }
        let report = try sample.report(trust)
        #expect(report.refusals.map(\.reason) == ["vendor.absent"])
        #expect(report.object("cloudgrid-bff")?.state == .absent)
        #expect(report.object("cloudgrid-bff")?.evidence.allSatisfy { $0.state == .verified } == true)
    }

    @Test func `the signature of what lies inside of an image does not prove the image`() throws {
        var sample = sample
        let image = try #require(sample.artifacts.first { $0.repository.text == "cloudgrid-control-plane" })
        // What is signed is a referrer of the image; the image's own signatures go.
        sample.carriers.removeAll { carrier in
            carrier.subject == image.digest
                && (carrier.tag != nil || Self.isReferrer(carrier, of: image.repository.text, "cosign/sign"))
        }
        let report = try sample.report(trust)
        #expect(report.objects.first { $0.kind == .part }?.state == .verified)
        #expect(report.refusals.map(\.reason) == ["vendor.absent"])
    }

    @Test func `a signature for another release is refused`() throws {
        var sample = sample
        sample.version = "v1.0.1"
        sample.commit = String(repeating: "89abcdef", count: 5)
        let report = try sample.report(trust)
        #expect(Set(report.refusals.map(\.reason)) == ["vendor.identity"])
        #expect(report.count(of: .invalid) == 9)
    }

    @Test(arguments: [
        ("token.actions", "token.other", "vendor.issuer"),
        ("\"github-hosted\"", "\"self-hosted\"", "vendor.identity"),
        (
            "\"source-repository\": \"https://github.com/cloudgrid-dev",
            "\"source-repository\": \"https://github.com/other", "vendor.identity"
        ),
        ("release.yml@", "other.yml@", "vendor.identity"),
        ("ghcr.io/cloudgrid-dev/*", "ghcr.io/other/*", "vendor.nopolicy"),
        ("\"sct\": 1", "\"sct\": 2", "vendor.sct"),
        ("\"tlog\": 1", "\"tlog\": 2", "vendor.log"),
    ])
    func `what the policy asks for is what is needed`(from: String, to: String, reason: String) throws {
        let trust = try SampleEvidence.trust { $0 = $0.replacing(from, with: to) }
        let report = try sample.report(trust)
        #expect(Set(report.refusals.map(\.reason)) == [reason], "\(report.refusals)")
        #expect(report.refusals.count >= 8)
    }

    @Test func `nothing is believed of a release of which nothing was asked`() throws {
        let report = VendorReport(unchecked: try sample.evidence, now: SampleEvidence.now)
        #expect(!report.isChecked)
        #expect(
            report.objects.allSatisfy { $0.state == .unverifiableOffline && $0.reason == "no-trust-root" })
        #expect(report.objects.count == 8 + sample.files.count)
    }

    @Test func `the table has one row for what is alike, and the report all of it`() throws {
        let report = try sample.report(trust)
        #expect(report.table().count == 15)
        #expect(report.table().contains { $0.hasPrefix("35 files ") })
        #expect(report.table().last?.hasPrefix("A  https://github.com/cloudgrid-dev/") == true)
        let text = String(decoding: try JSONValue.object(report.json).pretty(), as: UTF8.self)
        for part in ["\"source-repository\"", "rekor", "\"checked\": true", "\"vendor.unverifiable\""] {
            #expect(text.contains(part), "\(part)")
        }
    }
}
