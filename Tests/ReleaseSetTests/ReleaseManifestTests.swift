import OCI
import Testing

@testable import ReleaseSet

@Suite struct ReleaseManifestTests {
    static let digest = "sha256:" + String(repeating: "a", count: 64)

    static func json(
        images: String, version: String = "v1.0.0-beta", commit: String = String(repeating: "0", count: 40),
        more: String = ""
    ) -> [UInt8] {
        Array("{\"version\":\"\(version)\",\"commit\":\"\(commit)\",\"images\":[\(images)]\(more)}".utf8)
    }

    static func image(_ name: String, _ more: String = "") -> String {
        "{\"image\":\"ghcr.io/cloudgrid-dev/\(name)\",\"digest\":\"\(digest)\"\(more)}"
    }

    @Test func `the vendor's manifest is read whole`() throws {
        let manifest = try Fixtures.manifest()
        #expect(manifest.version.text == "v1.0.0-beta")
        #expect(manifest.commit.hasPrefix("01234567"))
        #expect(manifest.images.map(\.shortName) == ReleaseService.all.map(\.image))
        #expect(manifest.registryPrefix?.description == "ghcr.io/cloudgrid-dev")
        #expect(manifest.images.first?.versionTag?.text == "v1.0.0-beta")
        #expect(manifest.images.first?.commitTag?.text == "sha-0123456789ab")
        #expect(manifest.images.first?.sbom?.text == "cloudgrid-bff.spdx.json")
        #expect(manifest.images.first?.scan?.text == "cloudgrid-bff.grype.sarif")
        #expect(manifest.chart?.sbom?.text == "cloudgrid-chart.spdx.json")
        #expect(manifest.chart?.releaseValues?.text == "release-values.yaml")
        #expect(manifest.compose?.file?.text == "cloudgrid.compose.yaml")
        #expect(manifest.compose?.envExample?.text == "cloudgrid.env.example")
        #expect(manifest.binaries?.checksums?.text == "checksums.txt")
        #expect(manifest.unknownMembers.isEmpty)
        #expect(manifest.skippedDocuments.isEmpty)
    }

    @Test func `SPDX documents among the images are told and skipped`() throws {
        let spdx = "{\"spdxVersion\":\"SPDX-2.3\",\"name\":\"bff\",\"packages\":[{\"a\":[1,{}]}]}"
        let manifest = try ReleaseManifest(
            json: Self.json(images: "\(spdx),\(Self.image("api")),{\"spdxVersion\":\"SPDX-2.3\"}"))
        #expect(manifest.images.map(\.shortName) == ["api"])
        #expect(
            manifest.skippedDocuments == [
                ReleaseManifest.SkippedDocument(pointer: "/images/0", name: "bff"),
                ReleaseManifest.SkippedDocument(pointer: "/images/2", name: nil),
            ])
    }

    @Test func `members that are not read are named`() throws {
        let manifest = try ReleaseManifest(
            json: Self.json(
                images: Self.image("api", ",\"exceptions\":[{\"cve\":\"CVE-1\"}]"),
                more: ",\"exceptions\":[],\"chart\":{\"path\":\"x\",\"note\":1}"))
        #expect(manifest.unknownMembers == ["/exceptions", "/images/0/exceptions", "/chart/note"])
        #expect(manifest.chart != nil)
        #expect(manifest.compose == nil)
    }

    @Test func `images from several places have no common prefix`() throws {
        let other = "{\"image\":\"quay.io/x/y/web\",\"digest\":\"\(Self.digest)\"}"
        let manifest = try ReleaseManifest(json: Self.json(images: "\(Self.image("api")),\(other)"))
        #expect(manifest.registryPrefix == nil)
        #expect(manifest.images.map(\.location.description) == ["ghcr.io/cloudgrid-dev", "quay.io/x/y"])
    }

    @Test(arguments: [
        ("no images", json(images: ""), "release.shape", "/images"),
        ("only an SPDX document", json(images: "{\"spdxVersion\":\"x\"}"), "release.shape", "/images"),
        (
            "SPDX document with a digest", json(images: "{\"spdxVersion\":\"x\",\"digest\":\"y\"}"),
            "json.shape", "/images/0"
        ),
        (
            "SPDX document with an image",
            json(images: "{\"spdxVersion\":\"x\",\"image\":\"ghcr.io/a/b\"}"), "json.shape", "/images/0"
        ),
        ("no digest", json(images: "{\"image\":\"ghcr.io/a/b\"}"), "json.shape", "/images/0/digest"),
        ("empty entry", json(images: "{}"), "json.shape", "/images/0/image"),
        ("text as entry", json(images: "\"x\""), "json.shape", "/images/0"),
        (
            "bad digest", json(images: "{\"image\":\"ghcr.io/a/b\",\"digest\":\"sha256:A\"}"),
            "digest.syntax", "/images/0/digest"
        ),
        (
            "no host", json(images: "{\"image\":\"a/b\",\"digest\":\"\(digest)\"}"), "release.shape",
            "/images/0/image"
        ),
        ("image by tag", json(images: image("api:v1")), "release.shape", "/images/0/image"),
        (
            "bad tag", json(images: image("api", ",\"versionTag\":\"a b\"")), "release.shape",
            "/images/0/versionTag"
        ),
        ("path as SBOM", json(images: image("api", ",\"sbom\":\"../x\"")), "name.path", "../x"),
        (
            "one SBOM twice", json(images: image("api", ",\"sbom\":\"a.json\",\"scan\":\"A.json\"")),
            "name.duplicate", "A.json"
        ),
        (
            "two images of one name", json(images: "\(image("a/api")),\(image("b/api"))"), "map.collision",
            "/images/1"
        ),
        ("bad version", json(images: image("api"), version: "1.0.0"), "version.syntax", "1.0.0"),
        ("short commit", json(images: image("api"), commit: "0123"), "release.shape", "/commit"),
        (
            "duplicate member", json(images: image("api"), more: ",\"version\":\"v2.0.0\""), "json.duplicate",
            "version"
        ),
    ])
    func `a manifest that promises nothing certain is refused`(
        why: String, json: [UInt8], reason: String, place: String
    ) {
        #expect {
            try ReleaseManifest(json: json)
        } throws: { error in
            guard let error = error as? ReleaseSetError else { return false }
            return error.reason == reason && error.description.contains(place)
        }
    }
}
