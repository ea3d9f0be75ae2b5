import OCI
import Testing

@testable import Registry

@Suite struct RequestURLTests {
    @Test(arguments: [
        ("/v2/x/1?_state=a%2Fb", "https://reg.example/v2/x/1?_state=a%2Fb"),
        ("?n=2", "https://reg.example/v2/a/uploads/?n=2"),
        ("abc", "https://reg.example/v2/a/uploads/abc"),
        ("https://reg.example:443/y", "https://reg.example/y"),
        ("HTTPS://REG.example", "https://reg.example/"),
        ("//other.example/z#part", "https://other.example/z"),
        ("http://[::1]:5000/q?r=http://s", "http://[::1]:5000/q?r=http://s"),
        ("/path?next=https://t", "https://reg.example/path?next=https://t"),
    ])
    func `a reference is resolved against the address it was found at`(reference: String, text: String) throws
    {
        let base = try #require(RequestURL("https://reg.example/v2/a/uploads/?x=1"))
        #expect(base.resolving(reference)?.text == text)
    }

    @Test(arguments: [
        "https://user:pass@reg.example/", "https://reg.example:0/", "https://reg.example:65536/",
        "https:///x",
        "ftp://reg.example/", "https://reg.example/a b", "https://reg.example/\u{e9}", "https://reg ex/",
        "https://reg.example/\r\nX: y", "https://a\\b/", "https://reg.example:+1/", "https://a%2eb/",
    ])
    func `what is no address of a registry is refused`(text: String) throws {
        #expect(RequestURL(text) == nil)
        let base = try #require(RequestURL("https://reg.example/"))
        #expect(base.resolving(text) == nil)
    }

    @Test func `a query is not shown`() throws {
        let url = try #require(RequestURL("https://reg.example/a?_state=planted"))
        #expect(url.shown == "https://reg.example/a?...")
        #expect(url.adding("digest", "d").text == "https://reg.example/a?_state=planted&digest=d")
    }

    @Test(arguments: [
        ("reg.example", "https://reg.example", "reg.example:443", true),
        ("reg.example:5000", "https://reg.example:5000", "reg.example", false),
        ("docker.io", "https://registry-1.docker.io", "registry-1.docker.io", true),
    ])
    func `default ports are filled in`(host: String, text: String, other: String, isSame: Bool) throws {
        let origin = Origin(of: try RegistryHost(host))
        #expect(origin.description == text)
        #expect((origin == Origin(of: try RegistryHost(other))) == isSame)
        #expect(Origin(of: try RegistryHost(host), plainHTTP: [try RegistryHost(host)]).scheme == .http)
    }
}
