import Testing

@testable import ReleaseSet

/// The grammar of environment files.
///
/// The expected values are Compose's own: each text was given to the parser of Docker Compose (compose-go, package
/// `dotenv`, July 2026), which is the reference because the specification leaves quotes and escapes open. python-dotenv,
/// which podman-compose uses, differs in the byte order mark, the separator `:` and statements behind a quote. Names that are
/// empty or begin with a digit are left out here, since no variable can refer to them.
@Suite struct EnvironmentGrammarTests {
    private func values(_ text: String) throws -> [String: String] {
        let file = try EnvironmentFile(Array(text.utf8))
        return Dictionary(file.settings.map { ($0.name, $0.value) }) { _, last in last }
    }

    @Test(arguments: [
        ("A=1", ["A": "1"]),
        ("\u{FEFF}A=1\n", ["A": "1"]),
        ("A =1\nB= 2\n  C = 3  \n", ["A": "1", "B": "2", "C": "3"]),
        ("A=1\r\nB=\"2\"\r\nC=\r\n", ["A": "1", "B": "2", "C": ""]),
        ("A: 1\nB:2\nC=x:y\nD: x=y", ["A": "1", "B": "2", "C": "x:y", "D": "x=y"]),
        ("export A=1\nexport\tB=2\nexportC=3\nexport D", ["A": "1", "B": "2", "exportC": "3"]),
        (
            "A=1 # c\nB=1#c\nC=1 #\nD= # c\nE=\"x # y\" # c\nF=1\t# c",
            [
                "A": "1", "B": "1#c", "C": "1", "D": "# c", "E": "x # y", "F": "1\t# c",
            ]
        ),
        ("A='x\ny' B=2\n", ["A": "x\ny", "B": "2"]),
        ("A=\"x\ny\"\nB=2\n", ["A": "x\ny", "B": "2"]),
        ("A=\"x\\ny\"\nB='x\\ny'\nC=x\\ny\n", ["A": "x\ny", "B": "x\\ny", "C": "x\\ny"]),
        ("A=\"\\\"q\\\"\"\nB='it\\'s'\nC=\"\\\\\"", ["A": "\"q\"", "B": "it's", "C": "\\"]),
        (
            "A=\"\\a\\b\\f\\r\\t\\v\\0101\\c\\x41\\01\\0\\0777\"",
            [
                "A": "\u{7}\u{8}\u{C}\r\t\u{B}A\\c\\x41\\1\\\\777"
            ]
        ),
        ("A=1\nB=$A\nC=\"$A\"\nD='$A'\nE=${A}${B}", ["A": "1", "B": "1", "C": "1", "D": "$A", "E": "11"]),
        ("B=$A\nA=1", ["A": "1", "B": ""]),
        ("A=\"\\$B ${B:-x}\"\nC=$$B\nD=\"\\${B}\"", ["A": "$B x", "C": "$B", "D": "${B}"]),
        ("A=1\nA\nB=2\n", ["A": "1", "B": "2"]),
        ("A\nB=2\nC", ["B": "2"]),
        ("A=\"x\"B\nC=1", ["A": "x", "C": "1"]),
        ("a.b-c[0]=1\nñ=2", ["a.b-c[0]": "1", "ñ": "2"]),
        ("A=\u{A0}1\u{2003}\nB=\u{3000}", ["A": "1", "B": ""]),
        ("A=pa$$word\nB=1$", ["A": "pa$word", "B": "1$"]),
        ("A={\"k\":\"v\"}\nB=${A:-{}}", ["A": "{\"k\":\"v\"}", "B": "{\"k\":\"v\"}"]),
        ("# A=1\n\t # B\n\n\n", [:]),
        ("9=1\n=2\n", [:]),
        ("", [:]),
    ])
    func `values are those that Compose reads`(text: String, expected: [String: String]) throws {
        #expect(try values(text) == expected)
    }

    @Test(arguments: [
        ("A='1\n", "line 1: a quoted value has no closing quote"),
        ("B=1\n\nA=\"1\\\"\n", "line 3: a quoted value has no closing quote"),
        ("A='x\ny'\nB C=1\n", "line 3: a name has a space in it"),
        ("A=1\nlol$wut\n", "line 2: a name has a character other than letters, digits and _.-[]"),
        ("ghcr.io/cloudgrid-dev\n", "line 1: a name has a character other than letters, digits and _.-[]"),
        ("A=1\nB=${A\n", "line 2: B: expected variables as $NAME or ${NAME} and at most 65536 bytes"),
        ("A=1\nexport ", "line 2: export is not followed by a name"),
        ("{\"A\": 1}", "line 1: a name has a character other than letters, digits and _.-[]"),
    ])
    func `a file that Compose refuses is refused with its line`(text: String, problem: String) {
        #expect {
            try EnvironmentFile(Array(text.utf8), document: "e")
        } throws: { error in
            (error as? ReleaseSetError)?.reason == "env.syntax" && "\(error)" == "e: \(problem)"
        }
    }

    @Test func `a value with a variable that only the process environment has is incomplete`() throws {
        let file = try EnvironmentFile(Array("A=$X\nB=${X:-1}\nC=${X:?must}\nD=$A\nE='$X'\nF=1\n".utf8))
        #expect(file.settings.filter { !$0.isComplete }.map(\.name) == ["A", "C", "D"])
    }
}
