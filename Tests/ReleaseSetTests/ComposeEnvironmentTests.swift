import Testing

@testable import ReleaseSet

/// Variables of a compose file. The expected values follow the Compose specification, "Interpolation"; Docker
/// Compose's own code (compose-go, package `template`, July 2026) gives the same for each text.
@Suite struct ComposeEnvironmentTests {
    static let environment = Result {
        try ComposeEnvironment(
            Array("# a\nA=1\r\nexport B = \"two\"\nE=\nU=${NONE}\nV=x${NONE}\nA=3\n".utf8), document: "e")
    }

    @Test(arguments: [
        ("$A", "3"), ("${A}", "3"), ("${B}x$$", "twox$"), ("${C:-d}", "d"), ("${C-d}", "d"), ("${E:-d}", "d"),
        ("${E-d}", ""), ("${C:-${A}/x}", "3/x"), ("${C:-${D:-${A}}}", "3"), ("${A:+y}", "y"), ("${C:+y}", ""),
        ("plain", "plain"), ("${A:?must}", "3"), ("$", "$"), ("a$ b", "a$ b"), ("$1", "$1"), ("$$A", "$A"),
        ("${A:-${C}}", "3"), ("${C:-{\"a\":{}}}", "{\"a\":{}}"), ("${U:-d}", "d"), ("${U+d}", "d"),
        ("$A.$B-$A", "3.two-3"),
    ])
    func `variables are replaced as Compose does it`(text: String, expected: String) throws {
        let settings = try Self.environment.get().settings
        #expect(ComposeEnvironment.expand(text, with: settings) == expected)
    }

    @Test(arguments: [
        "$C", "${C}", "${C:?must}", "${C?}", "${A", "${", "${A!}", "${}", "${1}", "${A:}", "$U", "${U-d}",
        "${V:-d}",
        "${C:-$C}",
        String(repeating: "${C:-", count: 40) + String(repeating: "}", count: 40),
    ])
    func `a text with a variable without a value, or that is not well-formed, has no value`(text: String)
        throws
    {
        let settings = try Self.environment.get().settings
        #expect(ComposeEnvironment.expand(text, with: settings) == nil)
    }

    @Test func `a variable without a value is replaced by nothing, and the result is known to be incomplete`()
        throws
    {
        let settings = try Self.environment.get().settings
        let expansion = try #require(ComposeVariables.replaced(in: "${A}/x:${C}${C:?must}", with: settings))
        #expect(expansion.text == "3/x:")
        #expect(!expansion.isComplete)
    }

    @Test(arguments: [
        ("${R:-a:1/b}/c:${T:-v1}", ["T"]), ("$R/c:$T-$U", ["T", "U"]), ("c:${T:-${U:?no}}", ["T", "U"]),
        ("host:$PORT/c", []), ("c:v$$T", []), ("${ALL:-a/c:${T}}", []), ("c:${T}@${D}", ["T"]), ("c$T", []),
        ("${R:-{/}:/}c:$T", ["T"]), ("c:${T", ["T"]), ("c:$", []), ("", []),
    ])
    func `the variables of a tag are those behind its colon`(text: String, names: [String]) {
        #expect(ComposeVariables.names(inTagOf: text) == Set(names))
    }

    @Test func `lines are counted`() throws {
        let settings = try Self.environment.get().settings
        #expect(settings["B"]?.line == 3)
        #expect(settings["A"]?.line == 7)
        #expect(settings.count == 5)
    }

    @Test func `values that grow with each setting are refused before they are large`() {
        let lines = (1...40).map { "V\($0)=$V\($0 - 1)$V\($0 - 1)" }
        let text = "V0=0123456789\n" + lines.joined(separator: "\n")
        #expect(throws: ReleaseSetError.self) { try EnvironmentFile(Array(text.utf8)) }
        let wide = "V=\(String(repeating: "x", count: 60_000))\n" + String(repeating: "W=$V\n", count: 200)
        #expect(throws: ReleaseSetError.self) { try EnvironmentFile(Array(wide.utf8)) }
    }
}

@Suite struct ImagePinTests {
    @Test(arguments: [
        ("nats:2.12", "docker.io/library/nats", "2.12"),
        ("surrealdb/surrealdb", "docker.io/surrealdb/surrealdb", ""),
        ("docker.io/nats", "docker.io/library/nats", ""),
        ("localhost:5000/a/b:t", "localhost:5000/a/b", "t"),
        ("localhost:5000/a", "localhost:5000/a", ""),
        ("ghcr.io/x/y:1@sha256:z", "ghcr.io/x/y", "1"),
    ])
    func `a reference is spelled out as a container engine would`(text: String, name: String, tag: String) {
        let pin = ImagePin(text)
        #expect(pin.name == name)
        #expect(pin.tag ?? "" == tag)
        #expect(pin.digest == (text.hasSuffix("@sha256:z") ? "sha256:z" : nil))
    }
}
