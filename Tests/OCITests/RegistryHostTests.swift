import OCI
import Testing

@Suite struct RegistryHostTests {
    @Test(
        arguments: [
            ("ghcr.io", "ghcr.io", nil), ("registry.example.com:5000", "registry.example.com", 5000),
            ("localhost:1", "localhost", 1), ("127.0.0.1:65535", "127.0.0.1", 65535), ("[::1]", "[::1]", nil),
            ("[2001:db8::1]:443", "[2001:db8::1]", 443),
            ("Registry.Example.COM", "registry.example.com", nil),
        ] as [(String, String, Int?)])
    func `a host may have a port, and letters are lowered`(text: String, name: String, port: Int?) throws {
        let host = try RegistryHost(text)
        #expect(host.name == name)
        #expect(host.port == port)
    }

    @Test(arguments: [
        "", ":5000", "host:", "host:0", "host:65536", "host:+80", "host:-1", "host:80:80", "host:5000a",
        "host:000080",
        "-host", "host-", "a..b", ".a", "a.", "ho st", "host/path", "host\n", "h\u{F6}st", "ho_st", "[", "[]",
        "[::1",
        "::1", "[::1]x", "[::g]", "host:\u{FF18}0", String(repeating: "a", count: 256),
    ])
    func `anything else is no host`(text: String) {
        #expect(throws: ReferenceError.host(text)) { try RegistryHost(text) }
    }

    @Test func `user information is refused and not repeated`() {
        #expect(throws: ReferenceError.userInfo) { try RegistryHost("user:secret@host") }
        #expect(!ReferenceError.userInfo.description.contains("secret"))
        #expect(ReferenceError.userInfo.reason == "ref.userinfo")
    }

    @Test func `a spelling with the default port is another host than one without`() throws {
        #expect(try RegistryHost("ghcr.io") != RegistryHost("ghcr.io:443"))
        #expect(try RegistryHost("ghcr.io:443").description == "ghcr.io:443")
    }
}
