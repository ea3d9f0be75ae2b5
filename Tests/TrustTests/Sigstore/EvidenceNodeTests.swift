import Testing

@testable import Trust

@Suite struct EvidenceNodeTests {
    private func node(_ json: String) throws -> EvidenceNode {
        try EvidenceNode(json: bytes(json), name: "doc")
    }

    @Test func `null and an absent member are the same`() throws {
        let node = try node(#"{"a":null}"#)
        #expect(try node.optional("a") == nil)
        #expect(try node.optional("b") == nil)
        #expect(try node.integer("a") == 0)
        #expect(try node.bytes("a") == [])
        #expect(try node.list("a", limit: 1).isEmpty)
        #expect(fault { () throws(EvidenceFault) in _ = try node.member("a") }?.reason == .json)
    }

    @Test(
        arguments: [
            (#"7"#, 7), (#""7""#, 7), (#"0"#, 0), (#""9007199254740991""#, 9_007_199_254_740_991),
        ] as [(String, Int64)])
    func `an integer is read from a number and from a string`(spelled: String, value: Int64) throws {
        #expect(try node(#"{"a":\#(spelled)}"#).integer("a") == value)
    }

    @Test(arguments: [
        "-1", #""-1""#, "1.0", "1e3", #""01""#, #""""#, #"" 1""#, #""9007199254740992""#, "true", "[]",
    ])
    func `what is no plain integer from 0 to 2^53-1 is refused`(spelled: String) throws {
        let node = try node(#"{"a":\#(spelled)}"#)
        #expect(fault { () throws(EvidenceFault) in _ = try node.integer("a") }?.reason == .json)
    }

    @Test(arguments: ["+/8=", "-_8=", "+/8", "+/\\n8=\\r\\n"])
    func `bytes are read in either alphabet, with padding or without, over line ends`(text: String) throws {
        #expect(try node(#"{"a":"\#(text)"}"#).bytes("a") == [0xfb, 0xff])
    }

    @Test(arguments: ["+_8=", "+/8==", "+/9=", "+ /8=", "+/8=!", "A"])
    func `other text in place of bytes is refused`(text: String) throws {
        let node = try node(#"{"a":"\#(text)"}"#)
        #expect(fault { () throws(EvidenceFault) in _ = try node.bytes("a") }?.reason == .base64)
    }

    @Test(arguments: [
        "{", "[]", "{} {}", #"{"a":1,"a":2}"#, #"{"a":"\#u{0}"}"#,
        String(repeating: #"{"a":"#, count: 33) + "1",
    ])
    func `what is no single object of unambiguous JSON is refused`(json: String) {
        #expect(
            fault { () throws(EvidenceFault) in _ = try EvidenceNode(json: bytes(json), name: "doc") }?.reason
                == .json)
    }

    @Test func `exactly one of members that exclude each other is asked for`() throws {
        let names = ["a", "b"]
        #expect(try node(#"{"a":1,"b":null}"#).one(of: names).name == "a")
        for json in ["{}", #"{"a":1,"b":2}"#] {
            let node = try node(json)
            #expect(fault { () throws(EvidenceFault) in _ = try node.one(of: names) }?.reason == .format)
        }
    }

    @Test func `a member that the message does not have is refused by name`() throws {
        let node = try node(#"{"a":1,"\u212A":2}"#)
        let found = fault { () throws(EvidenceFault) in try node.allow(["a", "K"]) }
        #expect(found?.reason == .json)
        #expect(found?.text == #"doc: expected a member of K, a, found "???""#)
    }

    @Test func `a list beyond its limit is refused`() throws {
        let node = try node(#"{"a":[1,2,3]}"#)
        #expect(try node.list("a", limit: 3).count == 3)
        #expect(fault { () throws(EvidenceFault) in _ = try node.list("a", limit: 2) }?.reason == .json)
    }
}
