import OCI
import Testing

@Suite struct ImageNameTests {
    @Test(arguments: ["ghcr.io/cloudgrid-dev/bff", "localhost/a", "host:5000/a", "[::1]/a", "127.0.0.1/a/b"])
    func `a name with its host written out is read`(text: String) throws {
        #expect(try ImageName(text).description == text)
    }

    @Test(arguments: ["nginx", "library/nginx", "host/a", "ghcr.io"])
    func `no registry is assumed where none is written`(text: String) {
        #expect(throws: ReferenceError.image(text)) { try ImageName(text) }
        #expect(ReferenceError.image(text).reason == "ref.host")
    }

    @Test(arguments: ["ghcr.io/a:tag", "ghcr.io/A", "ghcr.io/"])
    func `what follows the host must be a repository`(text: String) {
        #expect(throws: ReferenceError.self) { try ImageName(text) }
    }
}
