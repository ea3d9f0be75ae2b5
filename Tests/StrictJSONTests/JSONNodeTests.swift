import StrictJSON
import Testing

@Suite struct JSONNodeTests {
    private let root: JSONNode

    init() throws {
        let text = #"""
            {"layers": [{"size": 12, "digest": "x", "big": 9007199254740991}],
             "none": null, "on": true, "a/b~c": {"d": 1}}
            """#
        root = try StrictJSON.parseObject(Array(text.utf8), name: "m.json", limits: JSONLimits(bytes: 1000))
    }

    @Test func `members are read by kind`() throws {
        let layer = try root.member("layers").array()[0]
        #expect(try layer.member("size").integer() == 12)
        #expect(try layer.member("big").integer() == 9_007_199_254_740_991)
        #expect(try layer.member("digest").string() == "x")
        #expect(try root.member("on").bool())
        #expect(try root.members().map(\.name) == ["layers", "none", "on", "a/b~c"])
        #expect(try root.members()[2].node.pointer == "/on")
    }

    @Test func `an absent member is nil and a null one is there`() throws {
        #expect(try root.optional("absent") == nil)
        #expect(try root.optional("none")?.isNull == true)
    }

    @Test func `a pointer escapes what RFC 6901 escapes`() throws {
        #expect(try root.member("a/b~c").member("d").pointer == "/a~1b~0c/d")
    }

    @Test func `a name without end is cut in the pointers of what is below it`() throws {
        let name = String(repeating: "n", count: 100_000)
        let text = #"{"\#(name)":{"list":[1,2]}}"#
        let root = try StrictJSON.parseObject(
            Array(text.utf8), name: "m.json", limits: JSONLimits(bytes: 200_000))
        let long = try root.members()[0]
        #expect(long.name.utf8.count == 100_000)
        let elements = try long.node.member("list").array()
        #expect(elements.allSatisfy { $0.pointer.utf8.count < 300 && $0.pointer.hasPrefix("/nnn") })
        #expect(elements[1].pointer.hasSuffix("/list/1"))
    }

    @Test func `a missing member is named by its pointer`() {
        let expected = JSONError.shape(
            document: "m.json", pointer: "/layers/0/mediaType", expected: "a value", found: "nothing")
        #expect(throws: expected) { try root.member("layers").array()[0].member("mediaType") }
    }

    @Test func `a value of another kind is named by its pointer`() {
        func shape(_ pointer: String, _ expected: String, _ found: String) -> JSONError {
            .shape(document: "m.json", pointer: pointer, expected: expected, found: found)
        }
        #expect(throws: shape("/layers", "an object", "an array")) { try root.member("layers").member("x") }
        #expect(throws: shape("/layers", "an object", "an array")) { try root.member("layers").optional("x") }
        #expect(throws: shape("/none", "an array", "null")) { try root.member("none").array() }
        #expect(throws: shape("/on", "a string", "a boolean")) { try root.member("on").string() }
        #expect(throws: shape("/none", "an integer", "null")) { try root.member("none").integer() }
        #expect(throws: shape("/layers", "true or false", "an array")) { try root.member("layers").bool() }
    }

    @Test(arguments: [
        "1e3", "1000.0", "-1", "-0", "9007199254740992", "9223372036854775808",
        "123456789012345678901234567890",
        "\"1000\"", "1E0",
    ])
    func `a size in any other spelling is refused`(spelling: String) throws {
        let node = try StrictJSON.parseObject(
            Array(#"{"size":\#(spelling)}"#.utf8), name: "m.json", limits: JSONLimits(bytes: 100))
        let error = #expect(throws: JSONError.self) { try node.member("size").integer() }
        #expect(error?.reason == "json.number")
        #expect(error?.pointer == "/size")
    }
}
