import OCI
import Testing

@testable import Registry

@Suite struct RealmPolicyTests {
    @Test(arguments: [
        ("https://registry.example.com", "https://registry.example.com/token", true),
        ("https://registry.example.com:5050", "https://registry.example.com/token", true),
        ("https://registry.example.com", "https://auth.example.com/token", true),
        ("https://registry.example.com", "https://example.com/jwt/auth", true),
        ("https://registry-1.docker.io", "https://auth.docker.io/token", true),
        ("https://registry.example.com", "https://named.example.org:8443/token", true),
        ("https://registry.example.com", "https://named.example.org/token", false),
        ("https://registry.example.com", "http://registry.example.com/token", false),
        ("https://registry.example.com", "https://example.org/token", false),
        ("https://registry.example.com", "https://evilexample.com/token", false),
        ("https://example.com", "https://evil.com/token", false),
        ("https://registry.co.uk", "https://evil.co.uk/token", false),
        ("https://registry.example.com", "https://169.254.169.254/token", false),
        ("https://127.0.0.1:5000", "https://127.0.0.1:5001/token", false),
        ("https://127.0.0.1:5000", "https://127.0.0.1:5000/token", true),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000/token", true),
    ])
    func `credentials go to a realm that belongs to the registry`(
        registry: String, realm: String, isAllowed: Bool
    ) throws {
        let policy = RealmPolicy(
            registry: try #require(RequestURL(registry)).origin,
            companions: [try RegistryHost("named.example.org:8443")])
        #expect(policy.allows(try #require(RequestURL(realm))) == isAllowed)
    }
}

@Suite struct RetryPolicyTests {
    @Test(arguments: [
        (408, "", true), (425, "", true), (429, "", true), (500, "", true), (502, "", true), (503, "", true),
        (504, "", true), (500, "write: no space left on device", false), (400, "", false), (401, "", false),
        (403, "", false), (404, "", false), (405, "", false), (409, "", false), (412, "", false),
        (413, "", false), (415, "", false), (501, "", false), (507, "", false),
    ])
    func `only a busy server is asked again`(status: Int, words: String, isRetried: Bool) {
        #expect(RetryPolicy.isTransient(status, ErrorDocument(Array(words.utf8))) == isRetried)
    }

    @Test(
        arguments: [
            ("120", nil, 120), ("0", nil, 0), ("99999999999999999999", nil, .max), ("abc", nil, nil),
            ("", nil, nil),
            ("-5", nil, nil), ("1.5", nil, nil), (nil, nil, nil),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", 30),
            ("Fri, 01 Mar 2024 00:00:10 GMT", "Wed, 28 Feb 2024 23:59:50 GMT", 86_420),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 09:00:00 GMT", nil),
            ("Sun, 06 Nov 1994 08:49:37 GMT", nil, nil),
        ] as [(String?, String?, Int?)])
    func `a wait is a number or a date after the answer's own`(value: String?, date: String?, seconds: Int?) {
        #expect(RetryPolicy.wait(retryAfter: value, date: date) == seconds)
    }

    @Test func `waits double up to half a minute and never come in step`() {
        #expect(
            (1...8).map { RetryPolicy.backoff(attempt: $0, chance: 1) } == [
                .milliseconds(500), .seconds(1), .seconds(2), .seconds(4), .seconds(8), .seconds(16),
                .seconds(30),
                .seconds(30),
            ])
        #expect(RetryPolicy.backoff(attempt: 1, chance: 0) == .milliseconds(250))
    }
}

@Suite struct UploadLocationTests {
    private let asked = RequestURL(
        origin: Origin(scheme: .https, host: "reg.example"), path: "/v2/a/blobs/uploads/")

    @Test(
        arguments: [
            (nil, "push.location"), ("https://x@reg.example/", "push.location"),
            ("http://reg.example/u", "push.downgrade"), ("https://reg.example:8443/u", "push.origin"),
            ("http://cdn.example/u", "push.downgrade"), ("https://other.example/u", "push.origin"),
            ("/u", nil), ("https://reg.example:443/u?s=1", nil), ("https://cdn.example/u", nil),
        ] as [(String?, String?)])
    func `an upload stays where the user allowed it`(location: String?, word: String?) throws {
        let exchange = Exchange(host: "reg.example", method: "POST", path: "/v2/")
        let resolve = {
            try UploadLocation.resolve(
                location, asked: asked, registry: asked.origin,
                companions: [try RegistryHost("cdn.example")],
                exchange: exchange)
        }
        if let word {
            let error = #expect(throws: RegistryError.self) { try resolve() }
            #expect(error?.reason == word)
        } else {
            #expect(try resolve().origin.scheme == .https)
        }
    }

    @Test(
        arguments: [
            ("/next?s=2", "https://cdn.example/next?s=2"), ("?s=2", "https://cdn.example/u/1?s=2"),
            ("https://reg.example/back", "https://reg.example/back"), ("https://other.example/u", nil),
        ] as [(String, String?)])
    func `what a companion answers goes on from there`(location: String, address: String?) throws {
        let cdn = RequestURL(origin: Origin(scheme: .https, host: "cdn.example"), path: "/u/1")
        let resolved = try? UploadLocation.resolve(
            location, asked: cdn, registry: asked.origin, companions: [RegistryHost("cdn.example")],
            exchange: Exchange(host: "cdn.example", method: "PATCH", path: "/u/1"))
        #expect(resolved?.text == address)
    }
}

@Suite struct EscapedTests {
    @Test(arguments: [
        ("a\u{1b}]0;x\u{7}", "a\\u{1b}]0;x\\u{7}"), ("\u{202e}b", "\\u{202e}b"), ("caf\u{e9}", "caf\u{e9}"),
        ("\u{85}\r\n", "\\u{85}\\u{d}\\u{a}"),
        (String(repeating: "x", count: 513), String(repeating: "x", count: 512) + "…"),
    ])
    func `nothing from outside writes the terminal`(text: String, shown: String) {
        #expect(OCI.escaped(text) == shown)
    }
}

@Suite struct ContentRangeTests {
    @Test(arguments: [
        "bytes 0-9/", "bytes 9-0/10", "bytes */10", "0-9/10", "bytes 0-9", "bytes -9/10", "bytes 0-9/x",
    ])
    func `a range that cannot be read is none`(text: String) {
        #expect(ContentRange(text) == nil)
    }

    @Test func `a range says where it begins and what it is part of`() {
        #expect(ContentRange("bytes 5-9/10")?.start == 5)
        #expect(ContentRange("bytes 5-9/10")?.total == 10)
        #expect(ContentRange("bytes 5-9/*")?.total == nil)
        #expect(ContentRange("bytes 5-9/*")?.end == 9)
    }
}
