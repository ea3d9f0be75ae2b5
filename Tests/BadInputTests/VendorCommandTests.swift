import CommandRunner
import Foundation
import Testing

/// What the vendor signed, on both sides of the gap: whoever tampers with it stops export and import.
@Suite struct VendorCommandTests {
    private let place: Scratch
    private let key: String

    init() throws {
        place = try Scratch()
        key = try Sample.privateKey("alice", in: place)
    }

    private var output: String { place.path + "/cloudgrid.tar" }
    private var mirror: String { place.path + "/mirror" }
    private var record: String { place.path + "/record" }

    /// A sample of its own kind, made for one test.
    private func made(_ options: String...) throws -> String {
        let folder = place.path + "/made"
        let result = try CommandRunner.run(
            CommandRunner.checkout + "/scripts/make-testdata", options + ["--output", folder])
        guard result.status == 0 else { throw SampleError(result.errors) }
        return folder
    }

    private func export(_ sample: String? = nil, _ vendor: [String], _ options: String...) throws
        -> CommandResult
    {
        let (release, images) = (sample.map { $0 + "/release" }, sample.map { $0 + "/images" })
        return try CommandRunner.cgbundle(
            [
                "export", release ?? Sample.release, "--images", images ?? Sample.images, "--output", output,
                "--key", key,
            ] + vendor + options)
    }

    private func load(_ vendor: [String], _ options: String...) throws -> CommandResult {
        try CommandRunner.cgbundle(
            ["import", output, "--layout", mirror, "--record", record] + Sample.publicKeys(["alice"]) + vendor
                + options)
    }

    private let unproved = ["--no-vendor-proof"]

    /// That a release is refused at export, and at import where an exporter let it pass, with nothing left behind.
    private func expectRefusal(
        of sample: String, _ reasons: Set<String>, trust: [String] = Sample.trust,
        at location: SourceLocation = #_sourceLocation,
    ) throws {
        let refused = try Refused(export(sample, trust, "--format", "json"))
        #expect(refused.status == 3, sourceLocation: location)
        #expect(refused.reasons == reasons, "\(refused.text)", sourceLocation: location)
        #expect(try left() == ["alice.key", "made"], sourceLocation: location)
        let passed = try export(sample, unproved)
        #expect(passed.status == 0, "\(passed.errors)", sourceLocation: location)
        let stopped = try Refused(load(trust, "--format", "json"))
        #expect(stopped.status == 3, sourceLocation: location)
        #expect(stopped.reasons == reasons, "\(stopped.text)", sourceLocation: location)
        #expect(!exists(mirror), sourceLocation: location)
        #expect(try recorded() == [], sourceLocation: location)
    }

    private func left() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
    }

    private func recorded() throws -> [String] {
        guard exists(record) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: record).filter { $0 != "lock" }
    }

    @Test(arguments: [
        ("unsigned", "vendor.absent"), ("tag-changed", "vendor.signature"),
        ("tag-of-other-image", "vendor.claims"), ("tag-by-stranger", "vendor.chain"),
        ("tag-logged-too-late", "vendor.time"), ("bundle-changed", "vendor.signature"),
        ("bundle-of-other-image", "vendor.digest"), ("bundle-entry-of-other", "vendor.entry"),
        ("provenance-changed", "vendor.signature"), ("provenance-of-other-image", "vendor.digest"),
    ])
    func `a release with one piece of evidence tampered with stops on both sides`(
        what: String, reason: String
    ) throws {
        try expectRefusal(of: try made("--tamper", what), [reason])
    }

    /// The ready policy, with the sample's own trusted root in place of Sigstore's public one.
    private func readyPolicy() throws -> [String] {
        let folder = place.path + "/made"
        try FileManager.default.copyItem(
            atPath: Sample.folder + "/trust/cloudgrid-release.json", toPath: folder + "/trust.json")
        try FileManager.default.copyItem(
            atPath: Sample.folder + "/trust/trusted_root.json", toPath: folder + "/sigstore-public-good.json")
        return ["--trust", folder + "/trust.json"]
    }

    @Test(arguments: [
        "other-repository", "other-workflow", "branch", "other-tag", "other-caller", "other-runner",
        "other-issuer", "other-commit",
    ])
    func `the ready policy refuses a good certificate of somebody else`(who: String) throws {
        let sample = try made("--signer", who)
        let reason = who == "other-issuer" ? "vendor.issuer" : "vendor.identity"
        try expectRefusal(of: sample, [reason], trust: try readyPolicy())
    }

    @Test(arguments: [["--start", "main"], ["--start", "tag"], ["--cosign", "2"], ["--cosign", "3"]])
    func `the ready policy accepts a release of the workflow at main or the tag, by each cosign`(
        variant: [String]
    ) throws {
        let sample = try made(variant[0], variant[1])
        let result = try export(sample, try readyPolicy())
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("9 verified"))
    }

    @Test func `a signed checksum file that was changed stops on both sides`() throws {
        let sample = try made("--checksums", "bundle-of-all")
        let good = try export(sample, Sample.trust, "--dry-run")
        #expect(good.status == 0, "\(good.errors)")
        let list = sample + "/release/checksums.txt"
        let text = try String(contentsOfFile: list, encoding: .utf8)
        try Data(text.split(separator: "\n").dropLast().joined(separator: "\n").utf8).write(
            to: URL(filePath: list))
        try expectRefusal(of: sample, ["vendor.digest"])
    }

    @Test(arguments: [
        ("certificate", "unverifiable-offline", "absent"), ("bundle", "verified-prefix", "verified"),
        ("bundle-of-all", "verified", "verified"),
    ])
    func `what is known of the checksum file is what is so`(how: String, list: String, chart: String) throws {
        let result = try export(try made("--checksums", how), Sample.trust, "--dry-run", "--format", "json")
        #expect(result.status == 0, "\(result.errors)")
        let objects = try JSONDecoder().decode(Told.self, from: Data(result.output.utf8)).verification.objects
        #expect(objects.first { $0.name == "checksums.txt" }?.verdict == list)
        #expect(objects.first { $0.name == "cloudgrid-1.0.0-beta.tgz" }?.verdict == chart)
        let manifest = objects.first { $0.name == "release-manifest.json" }?.verdict
        #expect(
            manifest
                == (how == "bundle-of-all" ? "verified" : how == "bundle" ? "unverifiable-offline" : "absent")
        )
    }

    @Test func `without trust nothing is exported or imported, and what to give is said`() throws {
        let refused = try export(nil, [])
        #expect(refused.status == 64)
        #expect(refused.errors.contains("[vendor.none]") && refused.errors.contains("--no-vendor-proof"))
        #expect(try left() == ["alice.key"])
        #expect(try export(nil, Sample.trust).status == 0)
        let stopped = try load([])
        #expect(stopped.status == 64)
        #expect(stopped.errors.contains("[vendor.none]"))
        #expect(!exists(mirror) && !exists(record))
    }

    @Test func `who goes on without proof is told so, and so is the record`() throws {
        let exported = try export(nil, unproved)
        #expect(exported.errors.contains("NOT CHECKED") && exported.output.contains("vendor     NOT CHECKED"))
        let imported = try load(unproved)
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(imported.errors.contains("NOT CHECKED"))
        let kept = try ToldRecord(record)
        #expect(kept.deployment.vendorProof == "not checked")
        #expect(kept.deployment.overrides.map(\.option) == ["--no-vendor-proof"])
        #expect(kept.verification.checked == false)
        #expect(Set(kept.verification.objects.map(\.verdict)) == ["unverifiable-offline"])
        #expect(Set(kept.verification.objects.map(\.reason)) == ["no-trust-root"])
    }

    @Test func `what was verified is in the record`() throws {
        #expect(try export(nil, Sample.trust).status == 0)
        #expect(try load(Sample.trust).status == 0)
        let kept = try ToldRecord(record)
        #expect(kept.deployment.vendorProof == "checked")
        #expect(
            kept.deployment.verification.counts == ["verified": 9, "unverifiable-offline": 1, "absent": 60])
        #expect(kept.deployment.warnings.contains { $0.reason == "vendor.unverifiable" })
        let bff = try #require(kept.verification.objects.first { $0.name.hasSuffix("cloudgrid-bff") })
        #expect(bff.verdict == "verified" && bff.evidence.count == 4)
        #expect(
            bff.evidence.allSatisfy {
                $0.signer?.identity?.hasSuffix("release.yml@refs/heads/main") == true
            })
    }

    /// The trust of the sample, with waivers.
    private func waiving(_ object: String, until: String) throws -> [String] {
        let file = place.path + "/waiving.json"
        let text = try String(contentsOfFile: Sample.trust[1], encoding: .utf8)
        let waiver = #"{"object":"\#(object)","reason":"ticket 4711","until":"\#(until)"}"#
        let folder = Sample.folder + "/trust/"
        try Data(
            text.replacing("\"trusted_root.json\"", with: "\"\(folder)trusted_root.json\"")
                .replacing("\"policies\":", with: "\"waivers\": [\(waiver)], \"policies\":").utf8
        ).write(to: URL(filePath: file))
        return ["--trust", file]
    }

    @Test func `a waiver lets an unsigned image through on both sides, told and recorded`() throws {
        let sample = try made("--tamper", "unsigned")
        let trust = try waiving("ghcr.io/cloudgrid-dev/cloudgrid-bff", until: "2999-01-01")
        let exported = try export(sample, trust)
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(exported.errors.contains("ticket 4711 [vendor.waived]"))
        #expect(exported.output.contains("waived"))
        let imported = try load(trust)
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(imported.errors.contains("ticket 4711 [vendor.waived]"))
        let kept = try ToldRecord(record)
        #expect(kept.deployment.warnings.contains { $0.reason == "vendor.waived" })
        #expect(kept.verification.objects.contains { $0.verdict == "waived" && $0.found == "absent" })
    }

    @Test func `a waiver that is over, or of a bad signature, lets nothing through`() throws {
        let unsigned = try made("--tamper", "unsigned")
        let over = try Refused(
            export(unsigned, try waiving("ghcr.io/cloudgrid-dev/*", until: "2026-01-01"), "--format", "json"))
        #expect(over.status == 3 && over.reasons == ["vendor.absent"])
        try FileManager.default.removeItem(atPath: unsigned)
        let bad = try made("--tamper", "tag-changed")
        let refused = try Refused(
            export(bad, try waiving("ghcr.io/cloudgrid-dev/*", until: "2999-01-01"), "--format", "json"))
        #expect(refused.status == 3 && refused.reasons == ["vendor.signature"])
    }

    private static let issuer = "https://token.actions.githubusercontent.com"
    private static let workflow =
        "https://github.com/cloudgrid-dev/cloudgrid/.github/workflows/release.yml@refs/heads/main"
    private static let oneOff = [
        "--certificate-identity", workflow, "--certificate-oidc-issuer", issuer, "--trusted-root",
        Sample.folder + "/trust/trusted_root.json",
    ]

    @Test(
        arguments: [
            (oneOff, nil),
            (oneOff + ["--source-repository", "https://github.com/cloudgrid-dev/cloudgrid"], nil),
            (
                oneOff + ["--source-repository", "https://github.com/somebody-else/cloudgrid"],
                "vendor.identity"
            ),
            (["--certificate-identity", workflow + "x"] + oneOff.dropFirst(2), "vendor.identity"),
            (
                oneOff.prefix(2) + ["--certificate-oidc-issuer", "https://other"] + oneOff.suffix(2),
                "vendor.issuer"
            ),
            (
                ["--certificate-identity-regexp", "^https://github\\.com/cloudgrid-dev/.*$"]
                    + oneOff.dropFirst(2), nil
            ),
            (
                ["--certificate-identity-regexp", "^https://github\\.com/other/.*$"] + oneOff.dropFirst(2),
                "vendor.identity"
            ),
            (["--vendor-key", Sample.publicKey("bob")], "vendor.unverifiable vendor.signature"),
        ] as [([String], String?)])
    func `who signed can be said for one run`(options: [String], reason: String?) throws {
        let result = try export(nil, options, "--dry-run", "--format", "json")
        guard let reason else {
            #expect(result.status == 0, "\(result.errors)")
            return
        }
        let refused = try Refused(result)
        #expect(refused.status == 3)
        #expect(refused.reasons == Set(reason.split(separator: " ").map(String.init)), "\(refused.text)")
    }

    @Test(arguments: [
        Array(oneOff.prefix(2)), Array(oneOff.prefix(4)), Array(oneOff.dropFirst(2)),
        oneOff + ["--certificate-identity-regexp", "x"], oneOff + ["--no-vendor-proof"],
    ])
    func `half an identity is a mistake in the command`(options: [String]) throws {
        let result = try export(nil, options)
        #expect(result.status == 64)
        #expect(try left() == ["alice.key"])
    }

    @Test func `policies of a file and options for one run are not mixed`() throws {
        let result = try export(nil, Sample.trust + ["--vendor-key", Sample.publicKey("bob")])
        #expect(result.status == 64)
        #expect(result.errors.contains("[trust.both]"))
    }

    @Test func `an expression that is not anchored is told of`() throws {
        let options = ["--certificate-identity-regexp", "cloudgrid-dev"] + Self.oneOff.dropFirst(2)
        let result = try export(nil, Array(options), "--dry-run")
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("[policy.unanchored]"))
    }
}

/// What `--format json` tells of the vendor's part.
private struct Told: Decodable {
    let verification: ToldVerification
}

private struct ToldVerification: Decodable {
    struct Object: Decodable {
        struct Evidence: Decodable {
            struct Signer: Decodable {
                let identity: String?
            }

            let signer: Signer?
        }

        let name: String
        let verdict: String
        let found: String?
        let reason: String?
        let evidence: [Evidence]
    }

    let checked: Bool
    let objects: [Object]
}

private struct ToldRecord {
    struct Deployment: Decodable {
        struct Override: Decodable {
            let option: String
        }

        struct Warning: Decodable {
            let reason: String
        }

        struct Counted: Decodable {
            let counts: [String: Int]
        }

        let vendorProof: String
        let verification: Counted
        let overrides: [Override]
        let warnings: [Warning]
    }

    let deployment: Deployment
    let verification: ToldVerification

    init(_ root: String) throws {
        let folder = root + "/cloudgrid/release/v1.0.0-beta-r1/"
        deployment = try JSONDecoder().decode(Deployment.self, from: bytes(folder + "deployment-record.json"))
        verification = try JSONDecoder().decode(
            ToldVerification.self, from: bytes(folder + "evidence/verification.json"))
    }
}

extension Refused {
    init(_ result: CommandResult) throws {
        self = try JSONDecoder().decode(Refused.self, from: Data(result.output.utf8))
    }

    var reasons: Set<String> { Set(findings.map(\.reason)) }
}
