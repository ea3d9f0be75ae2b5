import Testing
import Trust

@Suite struct TextPatternTests {
    @Test(arguments: [
        ("abc", "xabcx", true), ("abc", "ab", false), ("^abc", "xabc", false), ("^abc", "abcx", true),
        ("abc$", "abcx", false), ("^abc$", "abc", true), ("^$", "", true), ("^$", "a", false),
        ("", "any", true),
        ("^a|b$", "ax", true), ("^a|b$", "xb", true), ("^a|b$", "xa", false), ("^(a|b)$", "b", true),
        ("^(a|b)$", "ab", false), ("^a.c$", "abc", true), ("^a.c$", "a\nc", false), ("^a\\.c$", "abc", false),
        ("^ab*c$", "ac", true), ("^ab*c$", "abbbc", true), ("^ab+c$", "ac", false), ("^ab?c$", "abbc", false),
        ("^a{2}$", "aa", true), ("^a{2}$", "a", false), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaa", true),
        ("^a{2,}$", "a", false), ("^a{1,3}$", "aaa", true), ("^a{1,3}$", "aaaa", false),
        ("^a{0}b$", "b", true),
        ("^a*?b$", "aab", true), ("^(?:ab)+$", "abab", true), ("^(?:ab)+$", "aba", false),
        ("^[a-c]+$", "abcabc", true), ("^[a-c]+$", "abd", false), ("^[^/]+$", "a.b", true),
        ("^[^/]+$", "a/b", false), ("^[]a]+$", "]a]", true), ("^[a-]+$", "a-a", true),
        ("^[\\]\\d]+$", "]9", true),
        ("^[^]]+$", "a]", false), ("^\\d+$", "0123", true), ("^\\d+$", "\u{661}", false),
        ("^\\w+$", "a_Z9", true),
        ("^\\w+$", "ä", false), ("^\\s$", "\t", true), ("^\\S+$", "a b", false), ("\\Aab\\z", "ab", true),
        ("^(|a)*b$", "aab", true), ("^(a*)*$", "aaa", true), ("^ä.$", "äö", true), ("a^b", "ab", false),
        ("^é$", "e\u{301}", false), ("^[^a]$", "\n", true), ("^\\/\\-\\{$", "/-{", true),
    ])
    func `a text matches or does not`(pattern: String, text: String, matches: Bool) throws {
        #expect(try TextPattern(pattern).matches(text) == matches)
    }

    @Test(arguments: [
        ("(a)\\1", "a back-reference"), ("\\k<n>", "a back-reference"), ("a(?=b)", "a look-ahead"),
        ("a(?!b)", "a look-ahead"), ("(?<=a)b", "a look-behind"), ("(?<!a)b", "a look-behind"),
        ("(?>a)", "an atomic group"), ("(?P<n>a)", "a named group"), ("(?<n>a)", "a named group"),
        ("(?i)a", "an inline flag"), ("(?i:a)", "an inline flag"), ("\\bword\\b", "a word boundary"),
        ("\\p{L}", "a Unicode class"), ("[[:alpha:]]", "a POSIX class"), ("\\Qa\\E", "quoting"),
        ("a++", "a possessive repetition"), ("a**", "a repetition of a repetition"),
        ("\\x41", "by its number"),
        ("\\y", "the escape \\y"), ("(", "closing parenthesis"), ("a)", "no closing parenthesis"),
        ("[a", "closing bracket"), ("*a", "something to repeat"), ("a{2,1}", "{n,m}"), ("a{", "{n,m}"),
        ("a}", "brace"), ("[b-a]", "goes up"), ("\\", "behind the backslash"), ("a{1001}", "more than 1000"),
    ])
    func `what is not understood is refused by its name`(pattern: String, name: String) {
        let error = #expect(throws: PatternError.self) { try TextPattern(pattern) }
        #expect(error?.description.contains(name) == true, "\(error?.description ?? "taken")")
    }

    @Test(arguments: [
        String(repeating: "(", count: 200) + "a" + String(repeating: ")", count: 200),
        String(repeating: "a", count: 5000), "((a{1000}){1000}){1000}",
        String(repeating: "(", count: 60) + "a" + String(repeating: "{1000})", count: 60),
    ])
    func `an expression that is too large is refused`(pattern: String) {
        let error = #expect(throws: PatternError.self) { try TextPattern(pattern) }
        #expect(error.map { if case .tooLarge = $0 { true } else { false } } == true)
    }

    @Test func `an expression that makes others backtrack ends at once`() throws {
        let text = String(repeating: "a", count: 4000)
        #expect(try TextPattern("^(a+)+b$").matches(text) == false)
        #expect(try TextPattern("^(a|aa)+b$").matches(text) == false)
        #expect(try TextPattern("(a*)*(a*)*c").matches(text) == false)
    }

    @Test func `a text beyond 4 KiB matches nothing`() throws {
        let pattern = try TextPattern("a")
        #expect(pattern.matches(String(repeating: "a", count: 4096)))
        #expect(!pattern.matches(String(repeating: "a", count: 4097)))
    }

    @Test(arguments: [
        ("^a$", true, true), ("a", false, false), ("^a", true, false), ("a$", false, true),
        ("^a|b$", false, false),
        ("^a$|^b$", true, true), ("^(a|b)$", true, true), ("(^a$)", true, true), ("(^a)?b$", false, true),
        ("(^)*a", false, false), ("\\Aa\\z", true, true), ("a^b$c", false, false),
    ])
    func `an expression knows whether it is anchored`(pattern: String, start: Bool, end: Bool) throws {
        let pattern = try TextPattern(pattern)
        #expect(pattern.isAnchoredAtStart == start)
        #expect(pattern.isAnchoredAtEnd == end)
    }
}
