import CommandRunner
import Foundation
import Testing

/// What a person sees on a terminal, and a program in a pipe.
@Suite struct TerminalTests {
    private let bundle: SampleBundle

    init() throws {
        bundle = try SampleBundle(signers: ["alice"])
    }

    private var command: [String] {
        [CommandRunner.products + "/cgbundle", "verify", bundle.file] + Sample.publicKeys(["alice"])
            + Sample.trust
    }

    /// The result as a terminal of so many columns is sent it.
    private func shown(columns: Int, _ options: String...) throws -> [String] {
        let words = (command + options).map { "'\($0)'" }.joined(separator: " ")
        let place = try Scratch()
        let result = try CommandRunner.run(
            "script",
            [
                "--quiet", "--return", "--command", "stty cols \(columns); \(words) 2>\(place.path)/errors",
                place.path + "/log",
            ])
        #expect(result.status == 0, "\(result.output)")
        return result.output.replacingOccurrences(of: "\r", with: "").split(separator: "\n").map(String.init)
    }

    private func words(_ lines: [String]) -> [String] {
        lines.flatMap { $0.split(separator: " ") }.map(String.init)
    }

    @Test(arguments: [60, 80, 100, 132])
    func `no line is longer than the terminal is wide, unless a single word is`(columns: Int) throws {
        for line in try shown(columns: columns) where line.count > columns {
            let words = line.split(separator: " ")
            #expect(words.count == 1 || words.contains { $0.count + 26 > columns }, "\(line)")
        }
    }

    @Test func `folding changes no word and leaves none out`() throws {
        let piped = try CommandRunner.run(command[0], Array(command.dropFirst()))
        let lines = piped.output.split(separator: "\n").map(String.init)
        #expect(lines.contains { $0.count > 160 })
        #expect(try words(shown(columns: 400)) == words(lines))
        let heads: Set = ["object", "evidence", "verdict", "by", "time", "reason"]
        let narrow = try Set(words(shown(columns: 80)).map { $0.filter { $0 != ";" } })
        #expect(Set(words(lines).map { $0.filter { $0 != ";" } }).subtracting(narrow).isSubset(of: heads))
    }

    @Test func `what is folded goes on under its own text`() throws {
        let lines = try shown(columns: 80)
        let place = try #require(lines.firstIndex { $0.hasPrefix("  absent     not promised") })
        #expect(
            lines[place + 1].hasPrefix("             binaries-")
                || lines[place + 1].hasPrefix("             checksums"))
    }
}
