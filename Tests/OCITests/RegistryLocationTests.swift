import OCI
import Testing

@Suite struct RegistryLocationTests {
    @Test(arguments: [
        "registry.example.com", "registry.example.com/cloudgrid", "host:5000/a/b", "[::1]:5000/a",
    ])
    func `a location reads as it is written`(text: String) throws {
        #expect(try RegistryLocation(text).description == text)
    }

    @Test func `a repository lies below the location's path`() throws {
        let name = try RepositoryName("charts/cloudgrid")
        #expect(try RegistryLocation("host/team").repository(name).text == "team/charts/cloudgrid")
        #expect(try RegistryLocation("host").repository(name) == name)
    }

    @Test func `a scheme is refused by its own name`() {
        let text = "https://registry.example.com/a"
        #expect(throws: ReferenceError.scheme(text)) { try RegistryLocation(text) }
        #expect(ReferenceError.scheme(text).reason == "ref.scheme")
    }

    @Test(arguments: ["https://user:secret@host/a", "user@host/a", "host/a@sha256:00"])
    func `an at sign is refused before anything is repeated`(text: String) {
        #expect(throws: ReferenceError.userInfo) { try RegistryLocation(text) }
    }

    @Test(arguments: ["", "/a", "host:port/a"])
    func `a location without a good host is refused`(text: String) {
        #expect(throws: ReferenceError.self) { try RegistryLocation(text) }
    }

    @Test(arguments: ["host/", "host//a", "host/A", "host/a:tag", "host/../a"])
    func `a location with a bad path is refused`(text: String) throws {
        let error = #expect(throws: ReferenceError.self) { try RegistryLocation(text) }
        #expect(error?.reason == "map.name")
    }
}
