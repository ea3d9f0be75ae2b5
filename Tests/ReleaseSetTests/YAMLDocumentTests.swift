import Testing

@testable import ReleaseSet

@Suite struct YAMLDocumentTests {
    static let bomb: String = {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...9 {
            let alias = "*a\(level - 1)"
            text += "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
        }
        return text
    }()

    @Test(arguments: [
        ("alias bomb", bomb, "yaml.expansion"),
        ("101 aliases", "a: &a x\nb: [" + String(repeating: "*a, ", count: 101) + "]\n", "yaml.expansion"),
        ("alias inside of its node", "a: &a [*a]\n", "yaml.expansion"),
        ("merge of itself", "a: &a {<<: *a}\n", "yaml.expansion"),
        ("unknown anchor", "a: *b\n", "yaml.anchor"),
        ("duplicate key", "a: 1\nb: 2\na: 3\n", "yaml.duplicate"),
        ("duplicate key in another spelling", "a: 1\n\"\\x61\": 3\n", "yaml.duplicate"),
        ("duplicate merge", "a: &a {}\nb: {<<: *a, <<: *a}\n", "yaml.duplicate"),
        ("two documents", "a: 1\n---\nb: 2\n", "yaml.documents"),
        ("three documents", "--- {}\n--- {}\n--- {}\n", "yaml.documents"),
        ("python tag", "a: !!python/object:os.system x\n", "yaml.tag"),
        ("local tag", "a: !local x\n", "yaml.tag"),
        ("binary", "a: !!binary aGk=\n", "yaml.tag"),
        ("redirected handle", "%TAG !! tag:evil.example,2002:\n---\na: !!str x\n", "yaml.tag"),
        ("no tag at all", "a: ! x\n", "yaml.tag"),
        ("65 levels", String(repeating: "[", count: 65) + String(repeating: "]", count: 65), "yaml.depth"),
        ("a million brackets", String(repeating: "[", count: 1_000_000), "yaml.depth"),
        ("a million dashes", String(repeating: "- ", count: 1_000_000), "yaml.depth"),
        ("too large", String(repeating: "#", count: (4 << 20) + 1), "yaml.size"),
        ("sequence as key", "? [a]\n: b\n", "yaml.key"),
        ("alias as key", "a: &a x\n*a : b\n", "yaml.key"),
        ("quoted merge key", "a: &a {}\nb: {\"<<\": *a}\n", "yaml.key"),
        ("merge of a text", "a: {<<: text}\n", "yaml.merge"),
        ("merge of merges", "a: &a {}\nb: {<<: [[*a]]}\n", "yaml.merge"),
        ("control character", "a: \u{1}\n", "yaml.syntax"),
        ("NUL", "a: \0\n", "yaml.syntax"),
        ("tab as indentation", "a:\n\tb: c\n", "yaml.syntax"),
        ("unclosed bracket", "a: [1\n", "yaml.syntax"),
    ])
    func `a hostile document is refused`(why: String, text: String, reason: String) {
        #expect { try YAMLDocument(Array(text.utf8)) } throws: { ($0 as? YAMLError)?.reason == reason }
    }

    @Test(arguments: [
        ("UTF-16", [0xFF, 0xFE, 0x61, 0x00, 0x3A, 0x00, 0x20, 0x00] as [UInt8]),
        ("a lone continuation byte", [0x61, 0x3A, 0x20, 0x80]),
    ])
    func `other encodings are refused`(why: String, bytes: [UInt8]) {
        #expect(throws: YAMLError.notUTF8) { try YAMLDocument(bytes) }
    }

    @Test func `a refusal names the line`() {
        #expect(throws: YAMLError.duplicateKey(key: "a", line: 4, first: 2)) {
            try YAMLDocument(Array("# é\r\na: 1\r\nb: 2\r\na: 3\r\n".utf8))
        }
        #expect(throws: YAMLError.secondDocument(line: 2)) { try YAMLDocument(Array("a: 1\n--- b".utf8)) }
    }

    @Test func `64 levels and core tags are read`() throws {
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try YAMLDocument(Array(deep.utf8)).nodes.count == 64)
        #expect(try YAMLDocument(Array("a: !!str 1\nb: !<tag:yaml.org,2002:int> 2\n".utf8)).nodes.count == 5)
    }

    @Test(arguments: ["\n", "\r\n", "\r", "\u{85}", "\u{2028}"], ["", "\u{FEFF}"])
    func `positions are bytes whatever the characters`(newline: String, mark: String) throws {
        let lines = [
            "# ü 漢 🚀", "plain: üñ漢🚀", "next: abc # ü", "x漢: &anchor !!str  wert",
            "f: {g: &a ä, h: !<tag:yaml.org,2002:str> ö , i: *a}",
        ]
        let text = mark + lines.joined(separator: newline) + newline
        let document = try YAMLDocument(Array(text.utf8))
        let scalars = document.nodes.filter { $0.scalar != nil }
        #expect(scalars.count == 12)
        for node in scalars {
            #expect(String(decoding: document.bytes[node.range], as: UTF8.self) == node.scalar?.text)
        }
    }

    @Test func `an anchor ends where libyaml ends it`() throws {
        let document = try YAMLDocument(Array("a: &b:c d\n".utf8))
        let node = document.value(at: ["a"]).map { document.nodes[$0] }
        #expect(node?.scalar?.text == ":c d")
        #expect(node?.range == 5..<9)
    }

    @Test func `own keys win over merges and earlier merges over later`() throws {
        let text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3}\n"
        let document = try YAMLDocument(Array(text.utf8))
        let found = ["x", "y", "z"].map { document.value(at: ["c", $0]).flatMap { document.text(of: $0) } }
        #expect(found == ["3", "1", "2"])
    }

    @Test(arguments: ["", "# nothing\n", "\u{FEFF}"])
    func `an empty text has no root`(text: String) throws {
        #expect(try YAMLDocument(Array(text.utf8)).root == nil)
    }
}
