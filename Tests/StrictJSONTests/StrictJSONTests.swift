import StrictJSON
import Testing

@Suite struct StrictJSONTests {
    private static let limits = JSONLimits(bytes: 1_000_000, values: 1000)

    private func parse(_ text: String, _ limits: JSONLimits = limits) throws(JSONError) -> JSONValue {
        try StrictJSON.parse(Array(text.utf8), name: "d.json", limits: limits)
    }

    private func refusal(of bytes: [UInt8], _ limits: JSONLimits = limits) -> JSONError? {
        do {
            _ = try StrictJSON.parseObject(bytes, name: "d.json", limits: limits)
            return nil
        } catch { return error }
    }

    @Test func `a document keeps member order and the spelling of its numbers`() throws {
        let value = try parse(#" {"b": [1, -0.50e+3, true, false, null], "a": {"": "x"}} "#)
        #expect(
            value == [
                "b": [1, .number("-0.50e+3"), true, false, .null],
                "a": ["": "x"],
            ])
    }

    @Test(arguments: [
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
        (#""\u00e9\u20AC\ud83d\ude00""#, "é€😀"),
        ("\"é€😀 plain\"", "é€😀 plain"),
        (#""0123456\"789012345""#, "0123456\"789012345"),
        (#""\u0001\u007f""#, "\u{1}\u{7f}"),
        (#""""#, ""),
    ])
    func `a string is read as RFC 8259 spells it`(spelled: String, text: String) throws {
        #expect(try parse(spelled) == .string(text))
    }

    @Test(arguments: [
        "0", "-0", "10", "1.0", "0.5", "1e3", "1E-3", "-1.25e+10", "123456789012345678901234567890",
    ])
    func `a number of RFC 8259 is kept as spelled`(spelling: String) throws {
        #expect(try parse(spelling) == .number(spelling))
    }

    @Test(arguments: [
        "01", "01000", "-", "-01", "1.", "1.e3", "1e", "1e+", "0x10", "1_000", "1-", "00", "-a", "12abc",
        "1.2.3",
    ])
    func `a malformed number is refused with its place`(spelling: String) {
        let expected = JSONError.number(document: "d.json", pointer: "/layers/0/size", found: spelling)
        #expect(refusal(of: Array(#"{"layers":[{"size":\#(spelling)}]}"#.utf8)) == expected)
    }

    @Test(arguments: [
        ("{\"a\": 1,}", 8), ("[1,]", 3), ("{\"a\" 1}", 5), ("{,}", 1), ("[,]", 1), ("{\"a\":}", 5),
        ("{a: 1}", 1),
        ("{'a': 1}", 1), ("// x\n{}", 0), ("/* x */{}", 0), ("{\"a\": 1 /* x */}", 8), ("[1 2]", 3), ("", 0),
        ("  ", 2), ("{", 1), ("[", 1), ("[1", 2), ("{\"a\"", 4), ("{\"a\":", 5), ("{\"a\":1", 6),
        ("\"abc", 4), ("\"", 1),
        ("[tru]", 1), ("[True]", 1), ("[nul", 1), ("[NaN]", 1), ("[Infinity]", 1), ("[+1]", 1), ("[.5]", 1),
        ("\"a\nb\"", 2), ("\"a\u{1f}\"", 2), ("\"\\x\"", 2), ("\"\\", 2), ("\"\\u12\"", 2),
        ("\"\\u12G4\"", 2),
        ("\"\\u+123\"", 2), ("}", 0), ("]", 0), ("[}", 1), ("{]", 1), ("[1}", 2), ("{\"a\":1]", 6),
        ("[1,,2]", 3),
        ("\u{a0}{}", 0), ("\u{2028}{}", 0), ("{1:2}", 1), ("{null:2}", 1), ("\u{b}{}", 0), ("\u{c}{}", 0),
    ])
    func `what JSON does not allow is a syntax error with its offset`(text: String, offset: Int) {
        let error = refusal(of: Array(text.utf8))
        #expect(error?.reason == "json.syntax")
        guard case .syntax(_, _, _, _, let found) = error else { return }
        #expect(found == offset)
    }

    @Test(
        arguments: [
            ("byte order mark", [0xEF, 0xBB, 0xBF, 0x7B, 0x7D], 0),
            ("UTF-16 LE mark", [0xFF, 0xFE, 0x7B, 0x00, 0x7D, 0x00], 0),
            ("UTF-16 BE mark", [0xFE, 0xFF, 0x00, 0x7B, 0x00, 0x7D], 0),
            ("UTF-16 LE", [0x7B, 0x00, 0x7D, 0x00], 1),
            ("UTF-16 BE", [0x00, 0x7B, 0x00, 0x7D], 0),
            ("NUL in a string", [0x22, 0x61, 0x00, 0x22], 2),
            ("stray byte", [0x22, 0x80, 0x22], 1),
            ("overlong slash", [0x22, 0xC0, 0xAF, 0x22], 1),
            ("overlong of three", [0x22, 0xE0, 0x80, 0xAF, 0x22], 1),
            ("overlong of four", [0x22, 0xF0, 0x80, 0x80, 0xAF, 0x22], 1),
            ("encoded surrogate", [0x22, 0xED, 0xA0, 0x80, 0x22], 1),
            ("above U+10FFFF", [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1),
            ("F5", [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], 1),
            ("cut sequence", [0x22, 0x61, 0xE2, 0x82, 0x22], 2),
            ("cut at the end", [0x22, 0xE2, 0x82], 1),
            ("outside of strings", [0x5B, 0xFF, 0x5D], 1),
        ] as [(String, [UInt8], Int)])
    func `what is not UTF-8 is refused with its offset`(why: String, bytes: [UInt8], offset: Int) {
        let error = refusal(of: bytes)
        #expect(error?.reason == "json.encoding", "\(why)")
        guard case .encoding(_, _, _, let found) = error else { return }
        #expect(found == offset, "\(why)")
    }

    @Test(arguments: [
        #""\ud800""#, #""\udc00""#, #""\ud800\ud800""#, #""\ud800x""#, #""\ud800\n""#, #""\ud83d\u00e9""#,
        #""x\udfff\ud800""#,
        #""\ud83d\u""#,
    ])
    func `a lone surrogate is refused`(spelled: String) {
        #expect(refusal(of: Array(spelled.utf8))?.reason == "json.encoding")
    }

    @Test func `an escaped NUL is refused`() {
        let expected = JSONError.string(
            document: "d.json", pointer: "/a", fault: "U+0000 in a string", offset: 7)
        #expect(refusal(of: Array(#"{"a":"x\u0000"}"#.utf8)) == expected)
    }

    @Test(arguments: [
        (#"{"size":1,"size":2}"#, "size", "", 10),
        (#"{"siz\u0065":1,"size":2}"#, "size", "", 15),
        (#"{"size":1,"\u0073ize":2}"#, "size", "", 10),
        (#"{"a":[{"b":{"c":1,"d":2,"c":1}}]}"#, "c", "/a/0/b", 24),
        (#"{"":1,"":2}"#, "", "", 6),
        (#"{"a/b~":{"x":1,"x":1}}"#, "x", "/a~1b~0", 15),
        (#"{"\ud83d\ude00":1,"😀":1}"#, "😀", "", 18),
    ])
    func `a name given twice is refused, hidden or not`(
        text: String, member: String, pointer: String, offset: Int
    ) {
        let expected = JSONError.duplicate(
            document: "d.json", pointer: pointer, member: member, offset: offset)
        #expect(refusal(of: Array(text.utf8)) == expected)
    }

    @Test(arguments: [2, 8, 9, 10, 100, 400])
    func `a name given twice is found among many`(count: Int) {
        let names = (0..<count).map { "\"\\u006e\($0)\":{}" }
        for position in [0, count / 2, count - 1] {
            let text = "{" + (names + ["\"n\(position)\":1"]).joined(separator: ",") + "}"
            #expect(refusal(of: Array(text.utf8))?.reason == "json.duplicate")
        }
        #expect(refusal(of: Array("{\(names.joined(separator: ","))}".utf8)) == nil)
    }

    @Test func `names that are only canonically equivalent are two names`() throws {
        let value = try parse("{\"é\":1,\"e\u{301}\":2,\"K\":3,\"\u{212A}\":4}")
        guard case .object(let object) = value else {
            Issue.record("no object")
            return
        }
        #expect(object.count == 4)
        #expect(object["K"] == 3)
        #expect(object["\u{212A}"] == 4)
        #expect(object["e\u{301}"] == 2)
    }

    @Test(arguments: ["{}{}", "{} x", "{}\u{0}", "{},", "{}]", "{} //"])
    func `anything after the value is refused`(text: String) {
        let offset = text.hasPrefix("{} ") ? 3 : 2
        #expect(refusal(of: Array(text.utf8)) == .trailing(document: "d.json", offset: offset))
    }

    @Test(arguments: [
        ("[]", "an array"), ("\"x\"", "a string"), ("null", "null"), ("1", "a number"), ("true", "a boolean"),
    ])
    func `a top level that is no object has the wrong shape`(text: String, found: String) {
        let expected = JSONError.shape(document: "d.json", pointer: "", expected: "an object", found: found)
        #expect(refusal(of: Array(text.utf8)) == expected)
    }

    @Test func `nesting is refused at the first level beyond the limit`() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try parse(nested(32))
        let pointer = String(repeating: "/0", count: 32)
        #expect(throws: JSONError.depth(document: "d.json", pointer: pointer, limit: 32, offset: 32)) {
            try parse(nested(33))
        }
        #expect(refusal(of: Array((#"{"x":"# + nested(10_000) + "}").utf8))?.reason == "json.depth")
        #expect(refusal(of: Array(String(repeating: #"{"a":"#, count: 10_000).utf8))?.reason == "json.depth")
        let deepest = JSONLimits(bytes: 10_000, values: 1000, depth: 512)
        _ = try parse(nested(512), deepest)
        #expect(refusal(of: Array(nested(513).utf8), deepest)?.reason == "json.depth")
    }

    @Test func `values and names are counted together`() throws {
        let four = JSONLimits(bytes: 100, values: 4)
        _ = try parse(#"{"a":[1]}"#, four)
        #expect(throws: JSONError.tokens(document: "d.json", limit: 4, offset: 8)) {
            try parse(#"{"a":[1,2]}"#, four)
        }
        #expect(refusal(of: Array(#"{"a":1,"b":2}"#.utf8), four)?.reason == "json.tokens")
    }

    @Test func `an object with 300 000 members is too much by default and quick with more room`() throws {
        let members = (0..<300_000).map { "\"m\($0)\":\($0)" }.joined(separator: ",")
        let bytes = Array("{\(members)}".utf8)
        #expect(refusal(of: bytes, JSONLimits(bytes: bytes.count))?.reason == "json.tokens")
        let roomy = JSONLimits(bytes: bytes.count, values: 700_000)
        let object = try StrictJSON.parseObject(bytes, name: "d.json", limits: roomy).object()
        #expect(object.count == 300_000)
        #expect(object["m299999"] == 299_999)
        let twice = Array("{\(members),\"m150000\":1}".utf8)
        #expect(
            refusal(of: twice, JSONLimits(bytes: twice.count, values: 700_000))?.reason == "json.duplicate")
    }

    @Test func `a document or string over its limit is refused`() throws {
        let small = JSONLimits(bytes: 10, stringBytes: 4)
        _ = try parse(#"  "abcd"  "#, small)
        #expect(throws: JSONError.size(document: "d.json", limit: 10, found: 11)) {
            try parse(#"   "abcd"  "#, small)
        }
        #expect(refusal(of: Array(#"["abcde"]"#.utf8), small)?.reason == "json.string")
        #expect(refusal(of: Array(#"{"abcde":1"#.utf8), small)?.reason == "json.string")
    }

    @Test func `an error names document, place and offset, and shows no control characters`() {
        let duplicate = JSONError.duplicate(
            document: "index.json", pointer: "/a", member: "x\u{1b}[2J", offset: 9)
        #expect(
            duplicate.description == "index.json: /a: member \"x\\u{1b}[2J\" stands twice, again at byte 9")
        let trailing = JSONError.trailing(document: "a\u{202e}b", offset: 2)
        #expect(trailing.description == "a\\u{202e}b: goes on after its end, at byte 2")
    }
}
