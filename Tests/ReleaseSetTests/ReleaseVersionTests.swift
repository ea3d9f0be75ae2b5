import Testing

@testable import ReleaseSet

@Suite struct ReleaseVersionTests {
    @Test func `versions are ordered by precedence`() throws {
        // Semantic Versioning 2.0.0, 11, with more of the vendor's own spellings.
        let ordered = try [
            "v0.9.9", "v1.0.0-0", "v1.0.0-1", "v1.0.0-10", "v1.0.0--", "v1.0.0-alpha", "v1.0.0-alpha.1",
            "v1.0.0-alpha.beta", "v1.0.0-beta", "v1.0.0-beta.2", "v1.0.0-beta.11", "v1.0.0-beta-1",
            "v1.0.0-rc.1",
            "v1.0.0", "v1.0.1-beta", "v1.0.1", "v1.2.0", "v1.10.0", "v2.0.0", "v10.0.0",
        ].map { try ReleaseVersion($0) }
        for (one, first) in ordered.enumerated() {
            for (other, second) in ordered.enumerated() {
                #expect((first < second) == (one < other), "\(first) < \(second)")
                #expect((first == second) == (one == other))
            }
        }
    }

    @Test(arguments: [("v1.0.0-beta", "1.0.0-beta"), ("v1.2.3", "1.2.3"), ("v1.0.0-rc.12", "1.0.0-rc.12")])
    func `the chart has the version without its v`(text: String, chart: String) throws {
        let version = try ReleaseVersion(text)
        #expect(version.text == text)
        #expect(version.chartVersion == chart)
    }

    @Test(arguments: [
        "", "v", "1.0.0", "V1.0.0", "v1.0", "v1.0.0.0", "v01.0.0", "v1.00.0", "v1.0.0-", "v1.0.0-a..b",
        "v1.0.0-01",
        "v1.0.0-beta+build", "v1.0.0+x", "v1.0.0-b\u{E4}", "v1.0.0 ", "v1.0.0\n", "v-1.0.0", "v1..0",
        "v\u{0661}.0.0",
        "v1.0.0-a/b", "v99999999999999999999.0.0", "v1.0.0-" + String(repeating: "a", count: 130),
    ])
    func `any other spelling is refused`(text: String) {
        #expect(throws: ReleaseSetError.version(text)) { try ReleaseVersion(text) }
    }
}
