import CommandRunner
import Foundation
import Testing

/// What a record says of the files by which it was decided whom to believe.
@Suite struct RecordedTrustTests {
    private let place: Scratch

    init() throws {
        place = try Scratch()
    }

    private static let folder = Sample.folder + "/trust"
    private static let root = folder + "/trusted_root.json"

    private func load(_ options: [String]) throws -> TrustingRecord {
        let result = try CommandRunner.cgbundle(
            [
                "import", Sample.golden, "--layout", place.path + "/mirror", "--record",
                place.path + "/record",
            ] + options)
        #expect(result.status == 0, "\(result.errors)")
        return try TrustingRecord(place.path + "/record")
    }

    /// What `sha256sum` prints for a file.
    private func sum(_ file: String) throws -> String {
        let result = try CommandRunner.run("sha256sum", [file])
        return "sha256:" + result.output.prefix(64)
    }

    /// A trust file of its own, with the sample's root and signer.
    private func trust() throws -> String {
        let folder = place.path + "/trust"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: Self.root, toPath: folder + "/trusted_root.json")
        try FileManager.default.copyItem(atPath: Sample.publicKey("alice"), toPath: folder + "/alice.pub")
        let text = try String(contentsOfFile: Self.folder + "/trust.json", encoding: .utf8)
        let signers = #"{"threshold": 1, "any-of": [{"key": "exporter"}]}"#
        let keys = #"[{"name": "exporter", "file": "alice.pub"}]"#
        try Data(
            text.replacing(
                "\"policies\":", with: "\"keys\": \(keys), \"bundle-signers\": \(signers), \"policies\":"
            )
            .utf8
        ).write(to: URL(filePath: folder + "/trust.json"))
        return folder + "/trust.json"
    }

    @Test func `the trust file and what it names stand there with the digests that sha256sum gives`() throws {
        let file = try trust()
        let record = try load(["--trust", file])
        let folder = place.path + "/trust"
        #expect(
            record.deployment.trusted == [
                TrustingRecord.File(kind: "trust-file", name: nil, file: file, digest: try sum(file)),
                TrustingRecord.File(
                    kind: "trusted-root", name: "test-data", file: "trusted_root.json",
                    digest: try sum(folder + "/trusted_root.json")),
                TrustingRecord.File(
                    kind: "key", name: "exporter", file: "alice.pub", digest: try sum(folder + "/alice.pub")),
            ])
        #expect(record.verification.trusted == record.deployment.trusted)
    }

    @Test func `a byte more in the trust file is another digest`() throws {
        let file = try trust()
        let first = try load(["--trust", file])
        let handle = try #require(FileHandle(forWritingAtPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("\n".utf8))
        try handle.close()
        let second = try load(["--trust", file])
        #expect(first.deployment.trusted[0].digest != second.deployment.trusted[0].digest)
        #expect(second.deployment.trusted[0].digest == (try sum(file)))
        #expect(first.deployment.trusted.dropFirst() == second.deployment.trusted.dropFirst())
    }

    @Test func `files that options name stand there too`() throws {
        let (alice, vendor) = (Sample.publicKey("alice"), Sample.publicKey("vendor"))
        let identity =
            "https://github.com/cloudgrid-dev/cloudgrid/.github/workflows/release.yml@refs/tags/v1.0.0-beta"
        let record = try load([
            "--key", alice, "--vendor-key", vendor, "--trusted-root", Self.root, "--certificate-identity",
            identity, "--certificate-oidc-issuer", "https://token.actions.githubusercontent.com",
        ])
        let ofVendor = [
            TrustingRecord.File(kind: "trusted-root", name: nil, file: Self.root, digest: try sum(Self.root)),
            TrustingRecord.File(kind: "key", name: nil, file: vendor, digest: try sum(vendor)),
        ]
        let signer = TrustingRecord.File(kind: "key", name: nil, file: alice, digest: try sum(alice))
        #expect(record.deployment.trusted == [signer] + ofVendor)
        #expect(record.verification.trusted == ofVendor)
    }

    @Test func `without proof the record says so and names the bundle's signer alone`() throws {
        let record = try load(["--key", Sample.publicKey("alice"), "--no-vendor-proof"])
        #expect(record.deployment.trusted.map(\.kind) == ["key"])
        #expect(record.verification.trusted == [])
        #expect(record.deployment.vendorProof == "not checked" && !record.verification.checked)
        #expect(record.deployment.warnings.contains { $0.reason == "vendor.unchecked" })
    }

    @Test func `a doubt about what was trusted is recorded`() throws {
        let record = try load([
            "--key", Sample.publicKey("alice"), "--trusted-root", Self.root,
            "--certificate-identity-regexp", "cloudgrid-dev", "--certificate-oidc-issuer",
            "https://token.actions.githubusercontent.com",
        ])
        #expect(record.deployment.warnings.contains { $0.reason == "policy.unanchored" })
    }

    @Test func `verify and the commands for one thing name the files as well`() throws {
        let file = try trust()
        let verified = try CommandRunner.cgbundle(
            ["verify", Sample.golden, "--trust", file, "--format", "json"])
        #expect(verified.status == 0, "\(verified.errors)")
        let report = try JSONDecoder().decode(TrustingReport.self, from: Data(verified.output.utf8))
        #expect(report.verification.trusted.map(\.kind) == ["trust-file", "trusted-root", "key"])
        let image = try CommandRunner.cgbundle([
            "verify-image", "cloudgrid-bff", "--release-bundle", Sample.golden, "--trust", file, "--format",
            "json",
        ])
        #expect(image.status == 0, "\(image.errors)")
        let told = try JSONDecoder().decode(TrustingRecord.Trusting.self, from: Data(image.output.utf8))
        #expect(told.trusted == report.verification.trusted)
    }
}

private struct TrustingReport: Decodable {
    let verification: TrustingRecord.Trusting
}

private struct TrustingRecord {
    struct File: Decodable, Hashable {
        let kind: String
        let name: String?
        let file: String
        let digest: String
    }

    struct Trusting: Decodable {
        let trusted: [File]
    }

    struct Verification: Decodable {
        let trusted: [File]
        let checked: Bool
    }

    struct Deployment: Decodable {
        struct Warning: Decodable {
            let reason: String
        }

        let trusted: [File]
        let vendorProof: String
        let warnings: [Warning]
    }

    let deployment: Deployment
    let verification: Verification

    init(_ root: String) throws {
        let folder = root + "/cloudgrid/release/v1.0.0-beta-r1/"
        deployment = try JSONDecoder().decode(Deployment.self, from: bytes(folder + "deployment-record.json"))
        verification = try JSONDecoder().decode(
            Verification.self, from: bytes(folder + "evidence/verification.json"))
    }
}
