import Testing

@testable import ReleaseSet

@Suite struct ComposeEnvironmentTests {
    static let environment = ComposeEnvironment(
        Array("# a\nA=1\r\nexport B = \"two\"\nE=\nbroken line\nA=3\n".utf8), document: "e")

    @Test(arguments: [
        ("$A", "3"), ("${A}", "3"), ("${B}x$$", "twox$"), ("${C:-d}", "d"), ("${C-d}", "d"), ("${E:-d}", "d"),
        ("${C:-${A}/x}", "3/x"), ("${A:+y}", "y"), ("${C:+y}", ""), ("plain", "plain"),
        ("${A:?must}", "3"),
    ])
    func `variables are replaced as compose does it`(text: String, expected: String) {
        #expect(ComposeEnvironment.expand(text, with: Self.environment.settings) == expected)
    }

    @Test(arguments: ["$C", "${C}", "${C:?must}", "${A", "${", "$", "${A!}"])
    func `what has no value is none`(text: String) {
        #expect(ComposeEnvironment.expand(text, with: Self.environment.settings) == nil)
    }

    @Test func `lines are counted`() {
        #expect(Self.environment.settings["B"]?.line == 3)
        #expect(Self.environment.settings.count == 2)
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
