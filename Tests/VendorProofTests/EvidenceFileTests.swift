import ReleaseSet
import Testing
import Trust
import VendorProof

/// Which release files are evidence and nothing else, so that nothing is asked of them.
@Suite struct EvidenceFileTests {
    let vendor: KeySigner
    var sample: SampleEvidence

    init() throws {
        vendor = try KeySigner("vendor")
        sample = try SampleEvidence()
    }

    private func trust(_ files: [String]) throws -> VendorTrust {
        let images = try SampleEvidence.trust()
        let match = try files.map { VendorPolicy.Match(.file, try #require(NamePattern($0))) }
        return VendorTrust(
            roots: images.roots, keys: [vendor.trusted],
            policies: [images.policies[0], VendorPolicy(match: match, anyOf: [.key("vendor")])])
    }

    private func signValues(_ sample: inout SampleEvidence) throws {
        let values = sample.bytes(of: "release-values.yaml")
        try sample.add(file: "release-values.yaml.sigstore.json", vendor.bundle(values))
    }

    @Test mutating func `a file that a policy calls by name needs its proof, whatever it looks like`() throws
    {
        try signValues(&sample)
        let name = "release-values.yaml.sigstore.json"
        let report = try sample.report(try trust([name]))
        #expect(report.refusals.map(\.reason) == ["vendor.absent"])
        try sample.add(file: name + ".sig", vendor.signature(sample.bytes(of: name)))
        #expect(try sample.report(try trust([name])).refusals == [])
        #expect(try sample.report(try trust([name])).object(name)?.state == .verified)
    }

    @Test mutating func `a pattern does not ask for the proof of a proof`() throws {
        sample.files.removeAll { $0.name.text != "release-values.yaml" }
        try signValues(&sample)
        let report = try sample.report(try trust(["*"]))
        #expect(report.refusals == [])
        #expect(report.object("release-values.yaml")?.state == .verified)
        #expect(report.object("release-values.yaml.sigstore.json") == nil)
    }

    @Test mutating func `a certificate's name alone makes no evidence`() throws {
        sample.files.removeAll { $0.name.text != "release-values.yaml" }
        try signValues(&sample)
        try sample.add(file: "release-values.yaml.pem", Array("#!/bin/sh\n".utf8))
        let report = try sample.report(try trust(["*"]))
        #expect(report.refusals.map(\.reason) == ["vendor.absent"])
        #expect(report.object("release-values.yaml.pem")?.state == .absent)
    }

    @Test mutating func `bad evidence of what is itself evidence stops`() throws {
        try signValues(&sample)
        try sample.add(file: "release-values.yaml.sigstore.json.sigstore.json", Array("{}".utf8))
        let report = try sample.report(try trust(["release-values.yaml"]))
        #expect(report.refusals.map(\.reason) == ["vendor.json"])
        #expect(report.object("release-values.yaml.sigstore.json")?.state == .invalid)
    }
}
