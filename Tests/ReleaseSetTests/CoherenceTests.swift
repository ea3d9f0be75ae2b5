import Foundation
import OCI
import Testing

@testable import ReleaseSet

@Suite struct CoherenceTests {
    static let bff = digest(of: "cloudgrid-bff")
    static let storageRead = digest(of: "cloudgrid-storage-read")
    /// The image and its tag, as the compose file has them.
    static let bffTag = "cloudgrid-bff:${CLOUDGRID_IMAGE_TAG:-v1.0.0-beta}"
    static let foreign = "sha256:" + String(repeating: "5", count: 64)

    private static func digest(of image: String) -> String {
        let bytes = (try? SampleRelease.original.get())?.files[ReleaseManifest.name] ?? []
        let images = (try? ReleaseManifest(json: bytes))?.images ?? []
        return images.first { $0.shortName == image }?.digest.description ?? "no digest"
    }

    @Test func `the sample release has exactly its known warnings`() throws {
        let findings = try SampleRelease.findings()
        #expect(findings.allSatisfy { $0.severity == .warning })
        let counts = Dictionary(grouping: findings, by: \.reason).mapValues(\.count)
        #expect(
            counts == [
                // Eight SPDX documents among the images, 18 files in no list.
                "release.skipped": 8, "sums.missing": 18,
                // Two scans without findings name no image; compose has NATS, SurrealDB and its images by tag.
                "sbom.subject": 2, "values.external": 4, "values.tag": 8,
            ])
        let unlisted = findings.filter { $0.reason == "sums.missing" }.map(\.file)
        #expect(unlisted.contains("release-values.yaml"))
        #expect(
            unlisted.allSatisfy { $0.hasSuffix(".yaml") || $0.hasSuffix(".json") || $0.hasSuffix(".sarif") })
        #expect(CoherenceReport(findings).refused.isEmpty)
    }

    @Test(arguments: [
        // Versions of other products, or of nothing in the compose file.
        ("CLOUDGRID_NATS_IMAGE_TAG=2.14.0", "CLOUDGRID_NATS_IMAGE_TAG=2.15.0"),
        ("CLOUDGRID_SURREALDB_IMAGE_TAG=v3.1.0", "CLOUDGRID_SURREALDB_IMAGE_TAG=v1.3.9"),
        ("CLOUDGRID_BFF_PORT=3000", "CLOUDGRID_BFF_PORT=3000\nCLOUDGRID_AGENT_VERSION=v1.3.9"),
        // The default counts where a setting is empty or missing.
        ("CLOUDGRID_IMAGE_TAG=v1.0.0-beta", "CLOUDGRID_IMAGE_TAG="),
        ("CLOUDGRID_IMAGE_TAG=v1.0.0-beta", "# CLOUDGRID_IMAGE_TAG=v1.3.9"),
    ])
    func `a setting outside the tags of release images has any value`(old: String, new: String) throws {
        let found = try SampleRelease.newFindings {
            $0.replace(old, with: new, in: "cloudgrid.env.example")
            $0.listAgain()
        }
        #expect(
            found.allSatisfy {
                ["values.external", "dependency.version"].contains($0.reason) && $0.severity == .warning
            }, "\(found)")
    }

    @Test(arguments: ["v1.0.0-beta", "latest"])
    func `a setting with latest is no version`(tag: String) throws {
        let found = try SampleRelease.newFindings {
            $0.replace("TAG=v1.0.0-beta", with: "TAG=" + tag, in: "cloudgrid.env.example")
            $0.listAgain()
        }
        #expect(found.count == (tag == "latest" ? 8 : 0))
        #expect(found.allSatisfy { $0.reason == "values.latest" && $0.severity == .contradiction })
    }

    /// One lie, and the one finding that it must give.
    struct Lie: Sendable, CustomTestStringConvertible {
        let row: String
        let reason: String
        var severity = SetFinding.Severity.contradiction
        var kind = ReleaseSetError.Kind.policy
        /// Each must be in the finding's text.
        let mentions: [String]
        let tell: @Sendable (inout SampleRelease) throws -> Void

        var testDescription: String { row }
    }

    @Test(arguments: versionLies + imageLies + fileLies + referenceLies + documentLies)
    func `one lie is told by its own finding and by no other`(lie: Lie) throws {
        let found = try SampleRelease.newFindings(lie.tell)
        let told = found.filter { $0.reason == lie.reason }
        #expect(!told.isEmpty && told.count == found.count, "\(found)")
        for finding in told {
            #expect(finding.severity == lie.severity)
            #expect(finding.kind == lie.kind)
        }
        for mention in lie.mentions {
            #expect(told.contains { $0.description.contains(mention) }, "\(mention) in \(told)")
        }
    }

    static let versionLies: [Lie] = [
        Lie(
            row: "B122 manifest of another version", reason: "set.version",
            mentions: ["version", "v1.0.0-beta", "v1.3.9"]
        ) {
            $0.replace(
                "\"version\": \"v1.0.0-beta\"", with: "\"version\": \"v1.3.9\"", in: "release-manifest.json")
            $0.listAgain()
        },
        Lie(
            row: "B122 one image of another version", reason: "set.version",
            mentions: ["cloudgrid-bff", "v1.3.9"]
        ) {
            let head = "cloudgrid-bff\",\n      \"versionTag\": \""
            $0.replace(head + "v1.0.0-beta", with: head + "v1.3.9", in: "release-manifest.json")
            $0.listAgain()
        },
        Lie(
            row: "commit tag of another commit", reason: "set.version",
            mentions: ["commitTag", "sha-0123456789ab"]
        ) {
            let head = "cloudgrid-bff\",\n      \"versionTag\": \"v1.0.0-beta\",\n      \"commitTag\": \""
            $0.replace(
                head + "sha-0123456789ab", with: head + "sha-ffffffffffff", in: "release-manifest.json")
            $0.listAgain()
        },
        Lie(
            row: "B128 Chart.yaml of another version", reason: "set.version",
            mentions: ["chart version", "9.9.9"]
        ) {
            $0.replaceInChart("version: 1.0.0-beta", with: "version: 9.9.9", in: "Chart.yaml")
        },
        Lie(
            row: "B128 chart config of another version", reason: "set.version",
            mentions: ["chart config", "9.9.9"]
        ) {
            $0.chartConfig = ChartMetadata(name: "cloudgrid", version: "9.9.9", appVersion: nil)
        },
        Lie(
            row: "another appVersion", reason: "set.version", severity: .warning,
            mentions: ["appVersion", "v9.9.9"]
        ) {
            $0.replaceInChart("appVersion: \"1.0.0-beta\"", with: "appVersion: v9.9.9", in: "Chart.yaml")
        },
        Lie(row: "another chart", reason: "chart.shape", kind: .format, mentions: ["othergrid"]) {
            $0.replaceInChart("name: cloudgrid", with: "name: othergrid", in: "Chart.yaml")
        },
        Lie(
            row: "setting with the tag of another version", reason: "set.version",
            mentions: ["cloudgrid.env.example: line 5: CLOUDGRID_IMAGE_TAG", "cloudgrid-bff:v1.3.9"]
        ) {
            $0.replace("TAG=v1.0.0-beta", with: "TAG=v1.3.9", in: "cloudgrid.env.example")
            $0.listAgain()
        },
        Lie(
            row: "setting of a variable without default, in a part of the tag", reason: "set.version",
            mentions: ["line 5: CLOUDGRID_IMAGE_TAG", "cloudgrid-bff:v1.3.9"]
        ) {
            $0.replace("TAG=v1.0.0-beta", with: "TAG=1.3.9", in: "cloudgrid.env.example")
            $0.replace(
                "${CLOUDGRID_IMAGE_TAG:-v1.0.0-beta}", with: "v${CLOUDGRID_IMAGE_TAG}",
                in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "setting of a variable with another name", reason: "set.version",
            mentions: ["line 6: BUILD", "cloudgrid-bff:v1.3.9", "cloudgrid-bff:v1.0.0-beta"]
        ) {
            $0.replace(
                "TAG=v1.0.0-beta\n", with: "TAG=v1.0.0-beta\nBUILD=v1.3.9\n", in: "cloudgrid.env.example")
            $0.replace(
                bffTag, with: "cloudgrid-bff:${BUILD:-${CLOUDGRID_IMAGE_TAG}}", in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "compose default of another version", reason: "set.version",
            mentions: ["cloudgrid.compose.yaml", "cloudgrid-bff:v1.3.9"]
        ) {
            $0.replace(
                bffTag, with: "cloudgrid-bff:${CLOUDGRID_IMAGE_TAG:-v1.3.9}", in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(row: "compose tag of another version", reason: "set.version", mentions: ["cloudgrid-bff:v1.3.9"])
        {
            $0.replace(bffTag, with: "cloudgrid-bff:v1.3.9@\(bff)", in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(row: "values tag of another version", reason: "set.version", mentions: ["bff.image", "v1.3.9"]) {
            $0.replace(
                "repository: cloudgrid-bff\n", with: "repository: cloudgrid-bff\n    tag: v1.3.9\n",
                in: "release-values.yaml")
        },
        Lie(row: "zip of another version", reason: "set.version", mentions: ["bff_v1.3.9_linux_amd64.zip"]) {
            $0.files["bff_v1.3.9_linux_amd64.zip"] = [1]
            $0.append(Digest(of: [1]).hex + "  bff_v1.3.9_linux_amd64.zip\n", to: "binaries-checksums.txt")
        },
        Lie(row: "chart archive of another version", reason: "set.version", mentions: ["cloudgrid-1.3.9.tgz"])
        {
            $0.files["cloudgrid-1.3.9.tgz"] = [1]
            $0.append(Digest(of: [1]).hex + "  cloudgrid-1.3.9.tgz\n", to: "checksums.txt")
        },
        Lie(
            row: "archive and registry hold two charts", reason: "chart.digest", kind: .content,
            mentions: [".tgz"]
        ) {
            $0.files["cloudgrid-1.0.0-beta.tgz"] = [1]
            $0.listAgain()
        },
    ]

    static let imageLies: [Lie] = [
        Lie(
            row: "B123 seven of eight in the registry", reason: "set.missing", severity: .missing,
            mentions: ["cloudgrid-bff"]
        ) {
            $0.arrange = { $0.images["cloudgrid-bff"] = nil }
        },
        Lie(row: "B124 ninth image", reason: "set.extra", mentions: ["cloudgrid-zebra", foreign]) {
            $0.arrange = {
                let both = $0.images["cloudgrid-bff"]?.platforms ?? []
                $0.images["cloudgrid-zebra"] = ReleaseParts.Image(
                    digest: try Digest(foreign), platforms: both, manifests: [])
            }
        },
        Lie(
            row: "B125 swapped images", reason: "set.digest",
            mentions: ["cloudgrid-bff", "cloudgrid-storage-read"]
        ) {
            $0.arrange = {
                let first = $0.images["cloudgrid-bff"]
                $0.images["cloudgrid-bff"] = $0.images["cloudgrid-storage-read"]
                $0.images["cloudgrid-storage-read"] = first
            }
        },
        Lie(
            row: "B126 platform missing", reason: "set.platform", severity: .missing,
            mentions: ["linux/arm64", "cloudgrid-bff:linux/arm64"]
        ) {
            $0.arrange = { $0.images["cloudgrid-bff"]?.platforms.removeLast() }
        },
        Lie(
            row: "B127 platform twice", reason: "set.platform",
            mentions: ["cloudgrid-bff", "linux/arm64", "duplicate"]
        ) {
            $0.arrange = {
                $0.images["cloudgrid-bff"]?.platforms.append(
                    Platform(os: "linux", architecture: "arm64", variant: "v8"))
            }
        },
    ]

    static let fileLies: [Lie] = [
        Lie(
            row: "B129 line for an absent file", reason: "sums.extra", severity: .missing,
            mentions: ["absent.txt", "--allow-missing absent.txt"]
        ) {
            $0.append(String(repeating: "a", count: 64) + "  artifacts/absent.txt\n", to: "checksums.txt")
        },
        Lie(
            row: "zip taken away", reason: "sums.extra", severity: .missing,
            mentions: ["storage-read_v1.0.0-beta_linux_amd64.zip"]
        ) {
            $0.files["storage-read_v1.0.0-beta_linux_amd64.zip"] = nil
        },
        Lie(row: "B130 file in no list", reason: "sums.missing", severity: .warning, mentions: ["NOTES.txt"])
        {
            $0.files["NOTES.txt"] = [1]
        },
        Lie(
            row: "B131 other bytes than listed", reason: "sums.digest", kind: .content,
            mentions: ["cloudgrid-local.sh", "sha256:8e8f73f4", "line 5"]
        ) {
            $0.append("#", to: "cloudgrid-local.sh")
        },
        Lie(
            row: "B132 list with a path out of the folder", reason: "name.path", kind: .format,
            mentions: ["../../etc/cron.d/x"]
        ) {
            $0.files["binaries-checksums.txt"] = Array(
                (String(repeating: "a", count: 64) + "  ../../etc/cron.d/x\n").utf8)
            for name in $0.files.keys where name.hasSuffix(".zip") { $0.files[name] = nil }
        },
        Lie(
            row: "SBOM missing", reason: "set.missing", severity: .missing,
            mentions: ["cloudgrid-bff.spdx.json"]
        ) {
            $0.files["cloudgrid-bff.spdx.json"] = nil
        },
        Lie(
            row: "scan missing", reason: "set.missing", severity: .missing,
            mentions: ["cloudgrid-bff.grype.sarif"]
        ) {
            $0.files["cloudgrid-bff.grype.sarif"] = nil
        },
        Lie(
            row: "values missing", reason: "set.missing", severity: .missing,
            mentions: ["release-values.yaml"]
        ) {
            $0.files["release-values.yaml"] = nil
        },
    ]

    static let referenceLies: [Lie] = [
        Lie(
            row: "B134 values name an image outside of the set", reason: "values.external",
            severity: .missing,
            mentions: ["docker.io/library/busybox:latest", "release-values.yaml", "line 38"]
        ) {
            $0.append("extra:\n  image: docker.io/library/busybox:latest\n", to: "release-values.yaml")
        },
        Lie(row: "B135 values pin by tag only", reason: "values.tag", mentions: ["cloudgrid-bff:v1.0.0-beta"])
        {
            $0.replace("    digest: \(bff)", with: "    tag: v1.0.0-beta", in: "release-values.yaml")
        },
        Lie(row: "values pin nothing", reason: "values.tag", mentions: ["cloudgrid-bff without"]) {
            $0.replace("    digest: \(bff)", with: "    digest: \"\"", in: "release-values.yaml")
        },
        Lie(row: "values pin latest", reason: "values.latest", mentions: ["cloudgrid-bff:latest"]) {
            $0.replace("    digest: \(bff)", with: "    tag: latest", in: "release-values.yaml")
        },
        Lie(
            row: "values pin latest beside a digest", reason: "values.latest",
            mentions: ["cloudgrid-bff:latest"]
        ) {
            $0.replace(
                "    digest: \(bff)", with: "    tag: latest\n    digest: \(bff)", in: "release-values.yaml")
        },
        Lie(
            row: "values pin another image's digest", reason: "set.digest",
            mentions: ["cloudgrid-bff", "cloudgrid-storage-read's"]
        ) {
            $0.replace("digest: \(bff)", with: "digest: \(storageRead)", in: "release-values.yaml")
        },
        Lie(
            row: "values stop early", reason: "values.missing", severity: .warning,
            mentions: ["cloudgrid-storage-maintenance"]
        ) {
            let text = String(decoding: $0.files["release-values.yaml"] ?? [], as: UTF8.self)
            let kept = text.range(of: "storageMaintenance").map { text[..<$0.lowerBound] } ?? ""
            $0.files["release-values.yaml"] = Array(kept.utf8)
        },
        Lie(
            row: "values of another registry", reason: "values.external", severity: .missing,
            mentions: ["evil.example/x/cloudgrid-bff"]
        ) {
            $0.append(
                "x: {image: {repository: evil.example/x/cloudgrid-bff, digest: \"\(bff)\"}}\n",
                to: "release-values.yaml")
        },
        Lie(
            row: "B136 alias bomb", reason: "yaml.expansion", kind: .format, mentions: ["release-values.yaml"]
        ) {
            let rows = (1...9).map {
                "a\($0): &a\($0) ["
                    + repeatElement($0 == 1 ? "x" : "*a\($0 - 1)", count: 9).joined(separator: ", ") + "]\n"
            }
            $0.files["release-values.yaml"] = Array(rows.joined().utf8)
        },
        Lie(row: "B137 duplicate key", reason: "yaml.duplicate", kind: .format, mentions: ["line 2"]) {
            $0.files["release-values.yaml"] = Array("a: 1\na: 2\n".utf8)
        },
        Lie(row: "B137 two documents", reason: "yaml.documents", kind: .format, mentions: ["line 2"]) {
            $0.files["release-values.yaml"] = Array("a: 1\n---\nb: 2\n".utf8)
        },
        Lie(row: "B137 foreign tag", reason: "yaml.tag", kind: .format, mentions: ["line 1"]) {
            $0.files["release-values.yaml"] = Array("a: !!python/object:x.y {}\n".utf8)
        },
        Lie(row: "compose pins another digest", reason: "set.digest", mentions: ["cloudgrid-bff", foreign]) {
            $0.replace(bffTag, with: "cloudgrid-bff@\(foreign)", in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "compose by tag only, and tags of Compose and YAML", reason: "values.tag",
            severity: .warning,
            mentions: ["services.x.image", "cloudgrid-bff:v1.0.0-beta"]
        ) {
            $0.append(
                """
                  x: !override
                    image: ghcr.io/cloudgrid-dev/\(bffTag)
                    command: !reset null
                    environment: {A: !!binary eA==, B: !!timestamp 2026-11-02}

                """, to: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(row: "compose without tag and digest", reason: "values.latest", mentions: ["cloudgrid-bff"]) {
            $0.replace(bffTag, with: "cloudgrid-bff", in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "latest behind two variables", reason: "values.latest",
            mentions: ["services.bff.image", "cloudgrid-bff:latest"]
        ) {
            $0.append(
                "T=latest\nB=${CLOUDGRID_IMAGE_REGISTRY}/cloudgrid-bff:${T}\n", to: "cloudgrid.env.example")
            $0.replace(
                "${CLOUDGRID_IMAGE_REGISTRY:-ghcr.io/cloudgrid-dev}/\(bffTag)", with: "${B}",
                in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "another version behind two variables", reason: "set.version",
            mentions: ["services.bff.image", "cloudgrid-bff:v0.9.0"]
        ) {
            $0.append(
                "T='v0.9.0'\nB=\"$CLOUDGRID_IMAGE_REGISTRY/cloudgrid-bff:$T\"\n", to: "cloudgrid.env.example")
            $0.replace(
                "${CLOUDGRID_IMAGE_REGISTRY:-ghcr.io/cloudgrid-dev}/\(bffTag)", with: "${B}",
                in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "release image whose tag has no value", reason: "values.unresolved",
            mentions: ["services.bff.image", "cloudgrid-bff:${T}"]
        ) {
            $0.replace(bffTag, with: "cloudgrid-bff:${T}", in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "release image without a value in another service", reason: "values.unresolved",
            mentions: ["services.tool.image", "ghcr.io/cloudgrid-dev/cloudgrid-bff:${T}"]
        ) {
            $0.append(
                "  tool:\n    image: ghcr.io/cloudgrid-dev/cloudgrid-bff:${T}\n", to: "cloudgrid.compose.yaml"
            )
            $0.listAgain()
        },
        Lie(
            row: "release service whose image has no value", reason: "values.unresolved",
            mentions: ["services.bff.image", "${B:?must}"]
        ) {
            $0.replace(
                "${CLOUDGRID_IMAGE_REGISTRY:-ghcr.io/cloudgrid-dev}/\(bffTag)", with: "${B:?must}",
                in: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "another service's image without a value", reason: "values.external", severity: .warning,
            mentions: ["services.tool.image", "${TOOL:?must}"]
        ) {
            $0.append("  tool:\n    image: ${TOOL:?must}\n", to: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "compose mounts a file that the release lacks", reason: "compose.mount", severity: .warning,
            mentions: ["services.nats2.volumes", "./more.conf"]
        ) {
            $0.append(
                "  nats2:\n    image: ghcr.io/cloudgrid-dev/cloudgrid-bff@\(bff)\n    volumes:\n"
                    + "      - ./more.conf:/m\n      - ./checksums.txt:/c\n      - data:/d\n",
                to: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "compose includes another file", reason: "values.external", severity: .warning,
            mentions: ["more.yaml, whose images are not checked"]
        ) {
            $0.append("include: [more.yaml]\n", to: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "compose environment that Compose refuses", reason: "env.syntax", kind: .format,
            mentions: ["cloudgrid.env.example: ", "no closing quote"]
        ) {
            $0.append("N='x\n", to: "cloudgrid.env.example")
            $0.listAgain()
        },
        Lie(
            row: "image of a service that is no text", reason: "compose.shape", kind: .format,
            mentions: ["services.x.image"]
        ) {
            $0.append("  x: {image: [a]}\n", to: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "compose names a stranger's latest", reason: "values.latest", severity: .missing,
            mentions: ["--allow-missing redis"]
        ) {
            $0.append("  redis:\n    image: redis\n", to: "cloudgrid.compose.yaml")
            $0.listAgain()
        },
        Lie(
            row: "chart's values name another stranger", reason: "values.external", severity: .warning,
            mentions: ["docker.io/x/y:1"]
        ) {
            $0.chartFiles["profiles/other.yaml"] = Array("x:\n  image: docker.io/x/y:1\n".utf8)
        },
    ]

    static let documentLies: [Lie] = [
        Lie(
            row: "B142 SBOM of another image of the set", reason: "sbom.subject",
            mentions: ["cloudgrid-bff.spdx.json", "cloudgrid-storage-read", storageRead]
        ) {
            $0.files["cloudgrid-bff.spdx.json"] = $0.files["cloudgrid-storage-read.spdx.json"]
        },
        Lie(
            row: "B142 scan of another image of the set", reason: "sbom.subject",
            mentions: ["cloudgrid-bff.grype.sarif", "cloudgrid-storage-read"]
        ) {
            $0.files["cloudgrid-bff.grype.sarif"] = $0.files["cloudgrid-storage-read.grype.sarif"]
        },
        Lie(
            row: "B142 SBOM of another image's platform", reason: "sbom.subject",
            mentions: ["cloudgrid-storage-read"]
        ) {
            let digest = Digest(of: Array("cloudgrid-storage-read arm64".utf8))
            $0.files["cloudgrid-bff.spdx.json"] = Array(
                "{\"spdxVersion\":\"SPDX-2.3\",\"x\":\"\(digest)\"}".utf8)
        },
        Lie(
            row: "B142 digest that the set does not know", reason: "sbom.subject", severity: .warning,
            mentions: ["does not know"]
        ) {
            $0.files["cloudgrid-bff.spdx.json"] = Array(
                "{\"spdxVersion\":\"SPDX-2.3\",\"x\":\"\(foreign)\"}".utf8)
        },
        Lie(row: "SBOM that is none", reason: "sbom.shape", severity: .missing, mentions: ["SPDX"]) {
            $0.files["cloudgrid-bff.spdx.json"] = Array("{\"version\":\"2.1.0\",\"runs\":[]}".utf8)
        },
        Lie(row: "scan that is cut", reason: "sbom.shape", severity: .missing, mentions: ["SARIF"]) {
            $0.files["cloudgrid-bff.grype.sarif"]?.removeLast(40)
        },
    ]

    @Test func `an SBOM may name a platform of its own image`() throws {
        let digest = Digest(of: Array("cloudgrid-bff amd64".utf8))
        let found = try SampleRelease.newFindings {
            $0.files["cloudgrid-bff.spdx.json"] = Array(
                "{\"spdxVersion\":\"SPDX-2.3\",\"x\":\"\(digest.hex)\"}".utf8)
        }
        #expect(found.isEmpty)
    }

    /// The sample with `cloudgrid-zebra` in place of `cloudgrid-bff`.
    private static func renamed(
        _ change: (inout SampleRelease) throws -> Void = { _ in }
    ) throws -> [SetFinding] {
        try SampleRelease.newFindings {
            $0.replace(
                "/cloudgrid-bff\",\n      \"versionTag", with: "/cloudgrid-zebra\",\n      \"versionTag",
                in: "release-manifest.json")
            $0.listAgain()
            $0.arrange = {
                $0.images["cloudgrid-zebra"] = $0.images["cloudgrid-bff"]
                $0.images["cloudgrid-bff"] = nil
            }
            try change(&$0)
        }
    }

    @Test func `a service without a block in any values is a release image, and named`() throws {
        let found = try Self.renamed()
        #expect(found.contains { $0.reason == "set.missing" && $0.description.contains("cloudgrid-bff") })
        #expect(!found.contains { $0.reason == "set.extra" || $0.reason == "values.missing" })
        let unplaced = found.filter { $0.reason == "values.unplaced" }
        #expect(unplaced.map(\.item) == ["image cloudgrid-zebra"])
        #expect(unplaced.allSatisfy { $0.severity == .warning })
    }

    @Test(arguments: ["cloudgrid-zebra", "ghcr.io/cloudgrid-dev/cloudgrid-zebra"])
    func `a service with a block in the chart's values gets its digest there`(repository: String) throws {
        let found = try Self.renamed {
            $0.chartFiles["values.yaml", default: []] += Array(
                "zebra:\n  image: {repository: \(repository), tag: \"\", digest: \"\"}\n".utf8)
        }
        #expect(!found.contains { $0.reason == "values.unplaced" || $0.reason == "set.extra" })
        #expect(found.contains { $0.reason == "values.missing" && $0.item == "image cloudgrid-zebra" })
    }

    @Test func `seven services in the manifest are one too few`() throws {
        let found = try SampleRelease.newFindings {
            $0.replace(
                "/cloudgrid-bff\",\n      \"versionTag", with: "/cloudgrid-zebra\",\n      \"versionTag",
                in: "release-manifest.json")
            $0.listAgain()
        }
        #expect(found.contains { $0.reason == "set.missing" && $0.description.contains("cloudgrid-bff") })
        #expect(found.contains { $0.reason == "set.missing" && $0.description.contains("cloudgrid-zebra") })
    }

    @Test func `an extra image of the operator makes its references good`() throws {
        func found(_ reference: String) throws -> [SetFinding] {
            let parts = reference.split { ":@".contains($0) }
            let pin = reference.contains("@") ? "digest: \(reference.dropFirst(5))" : "tag: '\(parts[1])'"
            let found = try SampleRelease.newFindings {
                $0.append(
                    "nats:\n  bundled:\n    image: {repository: docker.io/library/nats, \(pin)}\n",
                    to: "release-values.yaml")
                $0.arrange = {
                    $0.extraImages = [
                        ExtraImage(
                            repository: try RepositoryName("nats"), digest: try Digest(Self.foreign),
                            source: "docker.io/library/nats:2.12@" + Self.foreign)
                    ]
                }
            }
            return found.filter { $0.reason.hasPrefix("values.") }
        }
        #expect(try found("nats@\(Self.foreign)").isEmpty)
        #expect(try found("nats:2.12").map(\.reason) == ["values.tag"])
        #expect(try found("nats:2.12").map(\.severity) == [.warning])
        #expect(try found("nats@\(Self.bff)").map(\.reason) == ["values.external"])
        #expect(try found("nats:2.11").map(\.reason) == ["values.external"])
    }

    @Test(arguments: [true, false])
    func `files left out as a group are not missed`(isTold: Bool) throws {
        var release = try SampleRelease.original.get()
        for name in release.files.keys where name.hasSuffix(".zip") { release.files[name] = nil }
        for name in ["cloudgrid.compose.yaml", "cloudgrid.env.example", "cloudgrid-local.sh"] {
            release.files[name] = nil
        }
        var parts = try release.parts()
        #expect(!CoherenceReport(Coherence(parts).findings).refused.isEmpty)
        if isTold { parts.leftOut = [.compose, .binaries] } else { parts.leaveOutAbsentGroups() }
        let findings = Coherence(parts).findings
        #expect(findings.allSatisfy { $0.severity == .warning })
        #expect(
            findings.filter { $0.reason == "set.leftout" }.map(\.file) == ["compose files", "binaries files"])
    }

    @Test func `one zip that is not there is missed`() throws {
        var release = try SampleRelease.original.get()
        release.files["storage-read_v1.0.0-beta_linux_amd64.zip"] = nil
        var parts = try release.parts()
        parts.leaveOutAbsentGroups()
        #expect(parts.leftOut.isEmpty)
    }

    @Test func `what is missing can be allowed by name and a contradiction cannot`() throws {
        let findings = try SampleRelease.newFindings {
            $0.files["cloudgrid-bff.spdx.json"] = nil
            $0.append("#", to: "cloudgrid-local.sh")
        }
        let plain = CoherenceReport(findings)
        #expect(plain.refused.map(\.reason) == ["sums.digest", "set.missing"])
        let names: Set = ["cloudgrid-bff.spdx.json", "cloudgrid-local.sh"]
        let allowed = CoherenceReport(findings, allowing: names)
        #expect(allowed.refused.map(\.reason) == ["sums.digest"])
        #expect(allowed.warnings.map(\.reason) == ["set.missing"])
        #expect(allowed.unusedAllowances == ["cloudgrid-local.sh"])
    }

    @Test(arguments: [
        "cloudgrid-chart.spdx.json", "cloudgrid.compose.yaml", "cloudgrid.env.example", "checksums.txt",
    ])
    func `a file that the manifest promises is missed, also where no list has it`(name: String) throws {
        let found = try SampleRelease.newFindings {
            $0.files[name] = nil
            $0.unlist(name)
        }
        let missing = found.filter { $0.severity != .warning }.map { "\($0.reason) \($0.file)" }
        #expect(missing == ["set.missing \(name)"])
    }
}
