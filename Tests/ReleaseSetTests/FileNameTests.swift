import OCI
import Testing

@testable import ReleaseSet

@Suite struct FileNameTests {
    @Test(arguments: [
        "release-manifest.json", "cloudgrid-local.sh", "a", "0", "a..b", "x+y_z-", "COM", "com10.txt",
        "console",
        "cloudgrid-bff_v1.0.0-beta_linux_amd64.zip", String(repeating: "a", count: 128),
    ])
    func `a plain name is read`(text: String) throws {
        #expect(try FileName(text).text == text)
    }

    @Test(arguments: [
        "", "a/b", "..", ".", ".bashrc", "CON", "con.txt", "Aux", "nul.tar.gz", "COM1", "lpt9.x", "x\0y",
        "a\\b",
        "C:x", "a b", "a.", "a ", "-x", "_x", "ä", "e\u{301}", "\u{212A}", "a\n", "a\u{1B}", "x\u{202E}y",
        String(repeating: "a", count: 129), String(repeating: "a", count: 300),
    ])
    func `a name that is unsafe somewhere is refused`(text: String) {
        #expect(throws: ReleaseSetError.fileName(text)) { try FileName(text) }
    }

    @Test func `names alike but for case are refused`() throws {
        let names = [try FileName("README.md"), try FileName("b"), try FileName("readme.md")]
        #expect(throws: ReleaseSetError.duplicateFileName("README.md", "readme.md")) {
            try FileName.requireDistinct(names)
        }
        try FileName.requireDistinct(names.prefix(2))
    }

    @Test(arguments: [
        ("a.spdx.json", "application/spdx+json"), ("a.grype.sarif", "application/sarif+json"),
        ("a.json", "application/json"), ("a.yaml", "application/yaml"), ("a.yml", "application/yaml"),
        ("a.tgz", "application/vnd.cncf.helm.chart.content.v1.tar+gzip"), ("a.zip", "application/zip"),
        ("a.sh", "application/x-sh"), ("a.txt", "text/plain"), ("a.pem", "application/x-pem-file"),
        ("checksums.txt.sig", "application/octet-stream"), ("zip", "application/octet-stream"),
    ])
    func `the ending decides the media type`(name: String, type: String) throws {
        #expect(ReleaseFileType.mediaType(of: try FileName(name)).text == type)
    }
}
