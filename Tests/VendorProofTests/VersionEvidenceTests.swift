import OCI
import ReleaseSet
import StrictJSON
import Testing
import Trust
import VendorProof

/// Signed texts about the version of a release.
@Suite struct VersionEvidenceTests {
    typealias Labels = [String: String]

    let vendor: KeySigner
    var sample: SampleEvidence

    init() throws {
        vendor = try KeySigner("vendor")
        sample = try SampleEvidence()
    }

    private static let label = "org.opencontainers.image."
    private static let repository = "https://github.com/cloudgrid-dev/cloudgrid"

    /// The policy of the sample for its commit, with its tag written out: what the manifest says does not matter.
    private func trust(files: Bool = false) throws -> VendorTrust {
        let trust = try SampleEvidence.trust { $0.replace("{version}", with: "v1.0.0-beta") }
        let match = VendorPolicy.Match(.file, try #require(NamePattern("*")))
        let policy = VendorPolicy(match: [match], anyOf: [.key("vendor")], onMissing: .warn)
        return VendorTrust(
            roots: trust.roots, keys: [vendor.trusted],
            policies: files ? [trust.policies[0], policy] : trust.policies)
    }

    private func sources(
        _ report: VendorReport, _ kind: VersionEvidence.Kind, _ use: VersionEvidence.Use
    ) -> [VersionEvidence.Source] {
        report.versionEvidence?.sources.filter { $0.kind == kind && $0.use == use } ?? []
    }

    /// No labels, so that only what a test adds names a version; tags in certificates of the sample stay.
    private mutating func unlabel() throws { try sample.relabel { $0 = [:] } }

    /// The chart, whose name begins the names of its archives.
    private mutating func addChart() throws {
        sample.artifacts.append(
            ReleaseEvidence.Artifact(
                role: .chart, name: "ghcr.io/cloudgrid-dev/charts/cloudgrid",
                repository: try RepositoryName("charts/cloudgrid"), digest: Digest(of: [])))
    }

    @Test func `the labels of every image and platform confirm the version`() throws {
        let report = try sample.report(try trust())
        #expect(report.refusals.isEmpty)
        #expect(sources(report, .label, .confirms).count == 16)
        #expect(!report.warnings.contains { $0.reason == "vendor.version-unsigned" })
        #expect(report.versionEvidence?.lines.first?.contains("16 image labels") == true)
    }

    @Test mutating func `older images that are relabelled as a newer version are refused by their labels`()
        throws
    {
        sample.version = "v1.0.1"
        let report = try sample.report(try trust())
        let labels = sources(report, .label, .contradicts)
        #expect(labels.count == 16)
        #expect(Set(labels.map(\.found)) == ["v1.0.0-beta"])
        let refused = report.refusals.filter { $0.message.contains("in its image label") }
        #expect(refused.count == 16)
        #expect(Set(report.refusals.map(\.reason)) == ["vendor.version-contradicted"])
        #expect(refused[0].message.contains("expected the version v1.0.1, found \"v1.0.0-beta\""))
        #expect(!report.warnings.contains { $0.reason == "vendor.version-unsigned" })
    }

    @Test
    mutating func `older images with the commit of the newer version are refused by their certificates`()
        throws
    {
        sample.version = "v1.0.1"
        sample.commit = String(repeating: "89abcdef", count: 5)
        let report = try sample.report(try trust())
        let images = report.refusals.filter { $0.message.hasPrefix("image ") }
        #expect(images.count == 8)
        #expect(Set(images.map(\.reason)) == ["vendor.identity"])
        #expect(images.allSatisfy { $0.message.contains("source-digest") })
    }

    @Test(arguments: ["1.0.0-beta", "v1.0.0-beta"])
    mutating func `a label counts with or without the leading v`(version: String) throws {
        try sample.relabel { $0[Self.label + "version"] = version }
        let report = try sample.report(try trust())
        #expect(sources(report, .label, .confirms).count == 16)
        #expect(report.refusals.isEmpty)
    }

    @Test(
        arguments: [
            (
                "source", "https://github.com/somebody-else/base",
                "image.source is \"https://github.com/somebody"
            ),
            ("source", nil, "image.source is missing"),
            ("revision", String(repeating: "a", count: 40), "image.revision is \"aaaa"),
            ("revision", nil, "image.revision is missing"),
            ("version", "main", "is not the version of a release"),
            ("version", "1.0", "is not the version of a release"),
        ] as [(String, String?, String)])
    mutating func `labels of a base image or of a branch are ignored and shown`(
        name: String, value: String?, reason: String
    ) throws {
        try sample.relabel { labels in
            labels[Self.label + "version"] = "v9.9.9"
            labels[Self.label + name] = value
        }
        let report = try sample.report(try trust())
        #expect(report.refusals.isEmpty)
        let ignored = sources(report, .label, .ignored)
        #expect(ignored.count == 16)
        #expect(ignored.allSatisfy { $0.reason?.contains(reason) == true }, "\(ignored[0])")
        let lines = report.versionEvidence?.lines ?? []
        #expect(lines.contains { $0.hasPrefix("ignored: image label") && $0.contains(reason) }, "\(lines)")
    }

    @Test(arguments: ["/", ".git", ".git/"])
    mutating func `the address of the repository may be written as clones write it`(ending: String) throws {
        try sample.relabel { $0[Self.label + "source"] = Self.repository + ending }
        #expect(sources(try sample.report(try trust()), .label, .confirms).count == 16)
    }

    @Test mutating func `a hostile config names no version and stops nothing`() throws {
        for text in [
            "{", "[]", #"{"config":7}"#, #"{"config":{"Labels":[]}}"#, #"{"config":{"Labels":null}}"#,
        ] {
            sample.reconfigure { _ in Array(text.utf8) }
            let report = try sample.report(try trust())
            #expect(report.refusals.isEmpty)
            #expect(report.versionEvidence?.sources.contains { $0.kind == .label } == false)
        }
    }

    @Test mutating func `where only keys are accepted, no label is taken for the vendor's`() throws {
        sample.carriers = []
        for image in sample.artifacts {
            let (carrier, payload) = try vendor.tag(image)
            sample.carriers.append(carrier)
            sample.blobs[Digest(of: payload)] = payload
        }
        let match = try ["*", "*/*", "*/*/*"].map {
            VendorPolicy.Match(.image, try #require(NamePattern($0)))
        }
        let trust = VendorTrust(
            roots: try trust().roots, keys: [vendor.trusted],
            policies: [VendorPolicy(match: match, anyOf: [.key("vendor")])])
        let report = try sample.report(trust)
        #expect(report.refusals.isEmpty, "\(report.refusals)")
        #expect(report.warnings.map(\.reason) == ["vendor.version-unsigned"])
        #expect(report.warnings[0].message.contains(sample.commit))
        #expect(report.versionEvidence?.isSigned == false)
        let ignored = sources(report, .label, .ignored)
        #expect(ignored.count == 16)
        #expect(ignored.allSatisfy { $0.reason == "no accepted certificate names the vendor's repository" })
    }

    @Test(arguments: [("v1.0.0-beta", true), ("v1.0.1", false)])
    mutating func `a signed list of checksums names the version`(version: String, isOurs: Bool) throws {
        try unlabel()
        try addChart()
        sample.version = version
        try sample.add(file: "checksums.txt.sig", vendor.signature(sample.bytes(of: "checksums.txt")))
        let report = try sample.report(try trust(files: true))
        let named = sources(report, .checksums, isOurs ? .confirms : .contradicts)
        #expect(named.map(\.object) == ["checksums.txt line 1"])
        #expect(named.map(\.found) == ["1.0.0-beta"])
        let refused = report.refusals.filter { $0.message.contains("checksums.txt line 1") }
        #expect(refused.map(\.reason) == (isOurs ? [] : ["vendor.version-contradicted"]))
    }

    @Test mutating func `a line behind the signed ones names nothing`() throws {
        try unlabel()
        try addChart()
        let list = String(decoding: sample.bytes(of: "checksums.txt"), as: UTF8.self)
        let lines = list.split(separator: "\n")
        let reordered = Array((lines.dropFirst() + lines.prefix(1)).map { $0 + "\n" }.joined().utf8)
        let signed = Array(lines.dropFirst().map { $0 + "\n" }.joined().utf8)
        try sample.add(file: "checksums.txt", reordered)
        try sample.add(file: "checksums.txt.sig", vendor.signature(signed))
        let report = try sample.report(try trust(files: true))
        #expect(report.object("checksums.txt")?.state == .verifiedPrefix)
        #expect(report.versionEvidence?.sources.contains { $0.kind == .checksums } == false)
    }

    @Test(arguments: [
        ("v1.0.0-beta", "git+https://github.com/cloudgrid-dev/cloudgrid@refs/tags/v1.0.0-beta", 1, 0),
        ("v1.0.1", "git+https://github.com/cloudgrid-dev/cloudgrid@refs/tags/v1.0.0-beta", 0, 1),
        // Another project in the build has versions of its own.
        ("v1.0.0-beta", "git+https://github.com/actions/checkout@refs/tags/v4.1.7", 0, 0),
        ("v1.0.0-beta", "git+https://github.com/cloudgrid-dev/cloudgrid@refs/heads/main", 0, 0),
    ])
    mutating func `a signed provenance names the version by the tag of the source`(
        version: String, uri: String, confirmed: Int, contradicted: Int
    ) throws {
        try unlabel()
        sample.version = version
        let predicate: JSONValue = [
            "buildDefinition": ["resolvedDependencies": [["uri": .string(uri)]]]
        ]
        try addStatement(predicate)
        let report = try sample.report(try trust(files: true))
        #expect(statements(report, .confirms).count == confirmed)
        #expect(statements(report, .contradicts).count == contradicted)
    }

    @Test mutating func `the input of a run that was started by hand names the version`() throws {
        try unlabel()
        let predicate: JSONValue = [
            "buildDefinition": [
                "externalParameters": [
                    "workflow": ["repository": .string(Self.repository), "ref": "refs/heads/main"],
                    "inputs": ["version": "v1.0.0-beta"],
                ]
            ]
        ]
        try addStatement(predicate)
        #expect(
            statements(try sample.report(try trust(files: true)), .confirms).map(\.found) == ["v1.0.0-beta"])
    }

    private mutating func addStatement(_ predicate: JSONValue) throws {
        let chart = Digest(of: sample.bytes(of: "cloudgrid-1.0.0-beta.tgz"))
        try sample.add(file: "proof.jsonl", vendor.statement(about: [chart], predicate: predicate))
    }

    /// Those of the statement that a test added, not of the sample.
    private func statements(_ report: VendorReport, _ use: VersionEvidence.Use) -> [VersionEvidence.Source] {
        sources(report, .provenance, use).filter { $0.object.hasPrefix("file ") }
    }
}
