import OCI
import Testing

@testable import ReleaseSet

@Suite struct CoverageTests {
    static func account(of name: String, _ change: (inout SampleRelease) throws -> Void = { _ in }) throws
        -> String?
    {
        var release = try SampleRelease.original.get()
        try change(&release)
        return Coverage(try release.parts()).rows.first { $0.name == name }?.account
    }

    @Test func `every file and image of the sample has a row`() throws {
        let release = try SampleRelease.original.get()
        let coverage = Coverage(try release.parts())
        #expect(coverage.rows.count == 8 + release.files.count)
        #expect(coverage.text.count == coverage.rows.count)
        #expect(coverage.rows.count { $0.listing == .notListed } == 18)
        #expect(
            coverage.rows.filter { $0.listing == .proof }.map(\.name) == [
                "binaries-checksums.txt", "checksums.txt", "checksums.txt.sig",
            ])
        #expect("\(coverage.json)".contains("not-listed"))
    }

    @Test func `each kind of coverage is told as it is`() throws {
        #expect(try Self.account(of: "cloudgrid-1.0.0-beta.tgz") == "checksums.txt line 1")
        #expect(try Self.account(of: "cloudgrid-bff") == "release-manifest.json, checksums.txt line 2")
        #expect(try Self.account(of: "cloudgrid-bff.spdx.json") == "in no checksum file")
        #expect(try Self.account(of: "checksums.txt") == "covers others")
        let other = try Self.account(of: "cloudgrid-local.sh") { $0.append("#", to: "cloudgrid-local.sh") }
        let listed = Digest(of: try #require(SampleRelease.original.get().files["cloudgrid-local.sh"]))
        #expect(other?.hasPrefix("CONTRADICTED by checksums.txt line 5: \(listed)") == true)
        let bare = try Self.account(of: "cloudgrid-bff") { $0.files["checksums.txt"] = nil }
        #expect(bare == "release-manifest.json, in no checksum file")
    }

    @Test(arguments: ["attestations.jsonl", "cloudgrid-1.0.0-beta.tgz.intoto.jsonl", "x.sigstore.jsonl"])
    func `a file of attestations covers others, and one of other lines is in no list`(name: String) throws {
        func said(_ text: String) throws -> (String?, warned: Bool) {
            let found = try SampleRelease.newFindings { $0.append(text, to: name) }
            return (
                try Self.account(of: name) { $0.append(text, to: name) },
                found.map(\.reason) == ["sums.missing"]
            )
        }
        let bundle = #"{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json"}"#
        #expect(try said(bundle + "\n" + bundle) == ("covers others", false))
        #expect(try said(#"{"a":1}"#) == ("in no checksum file", true))
    }

    @Test func `a contradiction in one list outweighs another list`() throws {
        let account = try Self.account(of: "cloudgrid-local.sh") {
            $0.append(
                String(repeating: "a", count: 64) + "  cloudgrid-local.sh\n", to: "binaries-checksums.txt")
        }
        #expect(account?.hasPrefix("CONTRADICTED by binaries-checksums.txt line 36") == true)
    }
}
