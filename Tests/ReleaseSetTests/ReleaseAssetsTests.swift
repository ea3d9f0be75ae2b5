import Testing

@testable import ReleaseSet

/// The names that are asked for where a release host has no list.
@Suite struct ReleaseAssetsTests {
    private func names(_ leftOut: Set<ReleaseParts.Group> = [], adding image: String? = nil) throws
        -> [String]
    {
        var text = String(decoding: try Fixtures.bytes("release-manifest.json"), as: UTF8.self)
        if let image {
            let digest = "sha256:" + String(repeating: "9", count: 64)
            let entry = #"{"image":"ghcr.io/cloudgrid-dev/\#(image)","digest":"\#(digest)"},"#
            let list = try #require(text.firstMatch(of: /"images"\s*:\s*\[/))
            text.insert(contentsOf: entry, at: list.range.upperBound)
        }
        let manifest = try ReleaseManifest(json: Array(text.utf8))
        return ReleaseAssets(of: manifest, leavingOut: leftOut).names.map(\.text)
    }

    @Test func `the zips of the seven services with programs are asked for, and no other`() throws {
        let zips = try names().filter { $0.hasSuffix(".zip") }
        #expect(zips.count == 35)
        #expect(zips.contains { $0.hasPrefix("storage-maintenance_v") && $0.hasSuffix("_windows_amd64.zip") })
        #expect(!zips.contains { $0.hasPrefix("bff") || $0.hasSuffix("_windows_arm64.zip") })
    }

    @Test func `so are those of a service that is not known`() throws {
        let zips = try names(adding: "cloudgrid-ninth").filter { $0.hasSuffix(".zip") }
        #expect(zips.count == 40 && zips.count { $0.hasPrefix("ninth_v") } == 5)
    }

    @Test func `checksum files of the zips are asked for with them`() throws {
        let lists = ["binaries-checksums.txt", "checksums-linux-amd64.txt", "checksums-windows-amd64.txt"]
        #expect(try names().filter(lists.contains) == lists)
        #expect(try names([.binaries]).filter { lists.contains($0) || $0.hasSuffix(".zip") } == [])
    }

    @Test(arguments: [
        ("checksums.txt", true), ("binaries-checksums.txt", true), ("checksums-linux-amd64.txt", true),
        ("checksums-windows-x86_64.txt", true), ("checksums-linux.txt", false), ("checksums-.txt", false),
        ("checksums-linux-.txt", false), ("checksums--amd64.txt", false), ("checksums-a-b-c.txt", false),
        ("checksums-Linux-amd64.txt", false), ("checksums-linux-amd64.txt.sig", false),
        ("checksums-linux-amd64.zip", false), ("my-checksums.txt", false),
    ])
    func `checksum files are known by their names`(name: String, isList: Bool) throws {
        #expect(ReleaseParts.isChecksumList(try FileName(name)) == isList)
    }
}
