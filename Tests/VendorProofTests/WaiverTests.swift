import OCI
import Testing
import Trust
import VendorProof

@Suite struct WaiverTests {
    /// The sample without the signatures of one image.
    private func incomplete() throws -> SampleEvidence {
        var sample = try SampleEvidence()
        sample.carriers.removeAll { $0.repository.text == "cloudgrid-bff" }
        return sample
    }

    private func trust(_ waivers: String) throws -> VendorTrust {
        try SampleEvidence.trust { text in
            text = text.replacing("\"policies\":", with: "\"waivers\": [\(waivers)], \"policies\":")
        }
    }

    private let waiver =
        #"{"object":"ghcr.io/cloudgrid-dev/cloudgrid-bff","reason":"ticket 4711","until":"2027-06-01"}"#

    @Test func `a waiver lets go through what it names, and is told`() throws {
        let report = try incomplete().report(try trust(waiver))
        #expect(report.refusals == [])
        let bff = try #require(report.object("cloudgrid-bff"))
        #expect(bff.state == .waived && bff.found == .absent)
        #expect(report.warnings.map(\.reason) == ["vendor.waived", "vendor.unverifiable"])
        #expect(report.warnings.first?.message.contains("ticket 4711") == true)
        #expect(report.waivers.map(\.objects) == [["ghcr.io/cloudgrid-dev/cloudgrid-bff"]])
    }

    @Test func `a waiver that is over lets nothing through, to the second`() throws {
        let trust = try trust(waiver)
        let end = try #require(Timestamp("2027-06-01T00:00:00Z"))
        let over = try incomplete().report(trust, now: end)
        #expect(over.refusals.map(\.reason) == ["vendor.absent"])
        #expect(over.warnings.map(\.reason).contains("policy.expired"))
        #expect(try incomplete().report(trust, now: Timestamp(seconds: end.seconds - 1)).refusals == [])
    }

    @Test func `a waiver of another object lets nothing through`() throws {
        let other = waiver.replacing("cloudgrid-bff", with: "cloudgrid-storage-read")
        let report = try incomplete().report(try trust(other))
        #expect(report.refusals.map(\.reason) == ["vendor.absent"])
        #expect(report.warnings.map(\.reason).contains("policy.unused"))
    }

    @Test func `a waiver that is not needed is told`() throws {
        let report = try SampleEvidence().report(try trust(waiver))
        #expect(report.refusals == [])
        #expect(report.object("cloudgrid-bff")?.state == .verified)
        #expect(report.warnings.map(\.reason) == ["vendor.unverifiable", "policy.unused"])
    }

    @Test func `a bad signature is never waived`() throws {
        var sample = try SampleEvidence()
        sample.forge({ $0.repository.text == "cloudgrid-bff" && $0.tag?.text.hasSuffix(".sig") == true }) {
            _, notes in
            notes["dev.cosignproject.cosign/signature"] = "AAAA"
        }
        let everything = waiver.replacing("cloudgrid-bff", with: "*")
        let report = try sample.report(try trust(everything))
        #expect(report.refusals.map(\.reason) == ["vendor.signature"])
        #expect(report.object("cloudgrid-bff")?.state == .invalid)
    }
}
