import Testing

@testable import Registry

@Suite struct ChallengeTests {
    @Test(arguments: [
        (
            [#"Bearer realm="https://a.example/t",service="s",scope="repository:a/b:pull,push""#],
            [
                Challenge(
                    scheme: "bearer",
                    parameters: [
                        "realm": "https://a.example/t", "service": "s", "scope": "repository:a/b:pull,push",
                    ])
            ]
        ),
        (
            [#"Negotiate, BASIC realm="x, \"y\"""#],
            [
                Challenge(scheme: "negotiate", parameters: [:]),
                Challenge(scheme: "basic", parameters: ["realm": #"x, "y""#]),
            ]
        ),
        (
            ["Basic realm=x", "bearer REALM = y"],
            [
                Challenge(scheme: "basic", parameters: ["realm": "x"]),
                Challenge(scheme: "bearer", parameters: ["realm": "y"]),
            ]
        ),
        ([#"Basic realm="x"#], [Challenge(scheme: "basic", parameters: [:])]),
        ([",, ,"], []), (["=", "\""], []), ([], []),
    ])
    func `challenges are told apart`(values: [String], found: [Challenge]) {
        #expect(Challenge.parse(values) == found)
    }

    @Test func `Bearer is preferred if it says where`() {
        let both = Challenge.parse(["Basic realm=x, Bearer realm=y"])
        #expect(Challenge.chosen(of: both)?.scheme == "bearer")
        #expect(Challenge.chosen(of: Challenge.parse(["Bearer, Basic"]))?.scheme == "basic")
        #expect(Challenge.chosen(of: Challenge.parse(["Negotiate"])) == nil)
    }
}
