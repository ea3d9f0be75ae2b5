import OCI
import Testing

@Suite struct RepositoryNameTests {
    @Test(arguments: [
        "a", "0", "cloudgrid-bff", "charts/cloudgrid", "a.b", "a_b", "a__b", "a---b", "a/b/c/d",
        String(repeating: "a", count: 255),
    ])
    func `a name of the specification's grammar is kept as it is`(text: String) throws {
        #expect(try RepositoryName(text).text == text)
    }

    @Test(arguments: [
        ("nothing", ""), ("an uppercase letter", "Cloudgrid"), ("a leading slash", "/a"),
        ("a trailing slash", "a/"),
        ("an empty component", "a//b"), ("a leading full stop", ".a"), ("two full stops", "a..b"),
        ("a component of full stops", "a/../b"), ("three underscores", "a___b"), ("mixed separators", "a-_b"),
        ("a trailing separator", "a-"), ("a colon", "a:b"), ("an at sign", "a@b"), ("a space", "a b"),
        ("a newline", "a\n"), ("a NUL", "a\0b"), ("a letter beyond ASCII", "\u{E4}"),
        ("a combining mark", "a\u{301}"),
        ("256 bytes", String(repeating: "a", count: 256)),
    ])
    func `any other name is refused`(why: String, text: String) {
        #expect(throws: ReferenceError.repository(text)) { try RepositoryName(text) }
        #expect(ReferenceError.repository(text).reason == "map.name")
    }

    @Test func `a prefix stands before the name, and both together keep the limit`() throws {
        let name = try RepositoryName("charts/cloudgrid")
        #expect(try name.below(nil) == name)
        #expect(try name.below(RepositoryName("team/mirror")).text == "team/mirror/charts/cloudgrid")
        let long = try RepositoryName(String(repeating: "p", count: 250))
        #expect(throws: ReferenceError.self) { try name.below(long) }
    }

    @Test func `the last component is what follows the last slash`() throws {
        #expect(try RepositoryName("a/b/c").lastComponent == "c")
        #expect(try RepositoryName("a").lastComponent == "a")
    }

    @Test func `names are sorted by bytes`() throws {
        let sorted = try ["b", "a_b", "a/b", "a-b"].map { try RepositoryName($0) }.sorted()
        #expect(sorted.map(\.text) == ["a-b", "a/b", "a_b", "b"])
    }
}
