import StrictJSON
import Testing

@Suite struct JSONWriterTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `members are sorted and nothing is spaced`() throws {
        let value: JSONValue = [
            "b": [1, -2, true, .null, []], "_type": "x", "B": false, "a10": 1, "a9": 2, "a": [:],
        ]
        #expect(
            try text(value.canonical())
                == #"{"B":false,"_type":"x","a":{},"a10":1,"a9":2,"b":[1,-2,true,null,[]]}"#)
    }

    @Test func `names are sorted by UTF-16 code units`() throws {
        // The example of RFC 8785, section 3.2.3.
        let value: JSONValue = [
            "\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7,
        ]
        #expect(
            try text(value.canonical())
                == "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}"
        )
    }

    @Test func `only what must be escaped is`() throws {
        let value: JSONValue = "€$\u{f}\nA'B\"\\\\\"/<>&\u{7f}\u{2028}\u{8}\u{c}\r\t\u{1f}"
        let expected = #""€$\u000f\nA'B\"\\\\\"/<>&"# + "\u{7f}\u{2028}" + #"\b\f\r\t\u001f""#
        #expect(try text(value.canonical()) == expected)
    }

    @Test(arguments: ["1.0", "1e3", "-0", "9007199254740992", "-9007199254740992", "0.5", "+1", "01"])
    func `a number without one plain integer spelling is refused`(spelling: String) {
        #expect(throws: JSONError.unwritable(pointer: "/a/0", found: "the number \(spelling)")) {
            try JSONValue.object(["a": [.number(spelling)]]).canonical()
        }
    }

    @Test func `the largest and smallest integers are written`() throws {
        let value: JSONValue = [9_007_199_254_740_991, -9_007_199_254_740_991, 0]
        #expect(try text(value.canonical()) == "[9007199254740991,-9007199254740991,0]")
    }

    @Test func `a name given twice or a dropped value is refused`() {
        let twice = JSONValue.object(JSONObject([("a", 1), ("b", 2), ("a", 1)]))
        #expect(throws: JSONError.unwritable(pointer: "", found: "member \"a\" given twice")) {
            try twice.canonical()
        }
        #expect(throws: JSONError.self) { try twice.pretty() }
        #expect(throws: JSONError.self) { try JSONValue.array([.elided]).canonical() }
        #expect(throws: JSONError.self) { try JSONValue.array([.elided]).pretty() }
    }

    @Test func `the spelling for people keeps the order and ends its line`() throws {
        let value: JSONValue = ["b": [1, ["x": "\n"]], "a": [:], "c": [], "d": .number("1.50")]
        #expect(
            try text(value.pretty()) == """
                {
                  "b": [
                    1,
                    {
                      "x": "\\n"
                    }
                  ],
                  "a": {},
                  "c": [],
                  "d": 1.50
                }

                """)
    }

    @Test func `what is written reads back as the same value`() throws {
        let value: JSONValue = ["z": ["é😀\u{1}\"\\", 5, true, .null, ["k": []]]]
        let limits = JSONLimits(bytes: 1000)
        #expect(try StrictJSON.parse(value.canonical(), name: "c", limits: limits) == value)
        #expect(try StrictJSON.parse(value.pretty(), name: "p", limits: limits) == value)
    }
}
