import StrictJSON
import Testing

@Suite struct ElisionTests {
    private func parse(_ text: String, under list: String = "images") throws(JSONError) -> JSONValue {
        try StrictJSON.parse(
            Array(text.utf8), name: "release.json", limits: JSONLimits(bytes: 10_000, values: 40),
            eliding: Elision(under: list))
    }

    @Test func `containers inside an element of the list are not kept, its plain members are`() throws {
        let value = try parse(
            #"""
            {"images": [{"name": "api", "sbom": {"packages": [{"a": 1}]}, "tags": ["x"], "n": 1}, {}],
             "other": [{"deep": {"kept": []}}]}
            """#)
        #expect(
            value == [
                "images": [["name": "api", "sbom": .elided, "tags": .elided, "n": 1], [:]],
                "other": [["deep": ["kept": []]]],
            ])
    }

    @Test func `the list is known by its name, however spelled`() throws {
        #expect(try parse(#"{"im\u0061ges":[{"a":[]}]}"#) == ["images": [["a": .elided]]])
    }

    @Test func `only a top-level array is such a list`() throws {
        #expect(try parse(#"{"images":{"a":{"b":[]}}}"#) == ["images": ["a": ["b": []]]])
        #expect(try parse(#"{"x":{"images":[{"a":[]}]}}"#) == ["x": ["images": [["a": []]]]])
        #expect(try parse(#"[{"images":[{"a":[]}]}]"#) == [["images": [["a": []]]]])
        #expect(try parse(#"{"images":[[[1]],"x"]}"#) == ["images": [[.elided], "x"]])
    }

    @Test(arguments: [
        (#"{"images":[{"s":{"x":1,"\u0078":2}}]}"#, "json.duplicate"),
        (#"{"images":[{"s":[1,]}]}"#, "json.syntax"),
        (#"{"images":[{"s":["\ud800"]}]}"#, "json.encoding"),
        (#"{"images":[{"s":[01]}]}"#, "json.number"),
        (#"{"images":[{"s":"# + String(repeating: "[", count: 40), "json.depth"),
        (#"{"images":[{"s":["# + String(repeating: "1,", count: 40) + "1]}]}", "json.tokens"),
    ])
    func `what is not kept is checked all the same`(text: String, reason: String) {
        let error = #expect(throws: JSONError.self) { try parse(text) }
        #expect(error?.reason == reason)
    }

    @Test func `an error inside names its place`() {
        let error = #expect(throws: JSONError.self) {
            try parse(#"{"images":[{},{"s":{"p":[7,{"q":1,"q":2}]}}]}"#)
        }
        #expect(error?.pointer == "/images/1/s/p/1")
    }
}
