import ReleaseExport
import Testing

@Suite struct ReleaseAPIAddressTests {
    @Test func `the API's address follows from GitHub's address of the downloads`() {
        let downloads = "https://github.com/cloudgrid-dev/cloudgrid/releases/download"
        let api = "https://api.github.com/repos/cloudgrid-dev/cloudgrid"
        #expect(ReleaseAPI.address(forDownloads: downloads) == api)
        #expect(ReleaseAPI.address(forDownloads: downloads + "/") == api)
    }

    @Test(arguments: [
        "https://mirror.example.com/cloudgrid-dev/cloudgrid/releases/download",
        "https://github.com.example.com/a/b/releases/download", "http://github.com/a/b/releases/download",
        "https://github.com/a/releases/download", "https://github.com/a/b/c/releases/download",
        "https://github.com//b/releases/download", "https://github.com/../b/releases/download",
        "https://github.com/releases/download", "https://github.com/a/b?/releases/download",
    ])
    func `no other address has an API by default`(downloads: String) {
        #expect(ReleaseAPI.address(forDownloads: downloads) == nil)
    }
}
