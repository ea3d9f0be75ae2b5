import BundleFormat
import Foundation
import OCI
import ReleaseSet
import SystemPackage
import Testing
import Trust

@testable import ReleaseRecord

@Suite struct RecordLogTests {
    /// Three releases, the second signed by key 2 alone.
    private func log(in scratch: Scratch) throws {
        let folder = try RecordFolder.madeRoot(scratch.record)
        var log = try RecordLog(in: folder)
        for (number, version) in ["v1.0.0", "v9.0.0", "v1.1.0"].enumerated() {
            let release = AcceptedRelease(
                version: try ReleaseVersion(version), revision: 1, statementDigest: Samples.digest(version),
                indexDigest: Samples.digest("index \(version)"),
                signers: [BundleSigner(try Samples.key(number == 1 ? 2 : 1))], time: Samples.time(number),
                target: Samples.target)
            let line = LogLine(
                product: try FileName("cloudgrid"), channel: try FileName("release"), release: release,
                overrides: number == 1 ? [.init(option: "--allow-major-jump", reason: "a \"reason\"\n")] : [])
            try log.append(line, in: folder)
        }
    }

    private func accepted(
        in scratch: Scratch, channel: String = "release", ignoring revoked: Set<KeyID> = [],
    ) throws -> AcceptedReleases {
        try Record(root: scratch.record).accepted(
            product: try FileName("cloudgrid"), channel: try FileName(channel), ignoring: revoked)
    }

    @Test func `where nothing was recorded nothing was accepted`() throws {
        let scratch = try Scratch()
        #expect(try accepted(in: scratch) == AcceptedReleases())
        #expect(try scratch.contents().isEmpty)
    }

    @Test func `what was accepted is read back`() throws {
        let scratch = try Scratch()
        try log(in: scratch)
        let accepted = try accepted(in: scratch)
        #expect(accepted.releases.map(\.version.text) == ["v1.0.0", "v9.0.0", "v1.1.0"])
        #expect(accepted.highest?.version.text == "v9.0.0")
        #expect(accepted.last?.version.text == "v1.1.0")
        #expect(try self.accepted(in: scratch, channel: "nightly") == AcceptedReleases())
    }

    @Test func `a revoked key takes the floors with it that it set alone`() throws {
        let scratch = try Scratch()
        try log(in: scratch)
        let accepted = try accepted(in: scratch, ignoring: [try Samples.key(2)])
        #expect(accepted.highest?.version.text == "v1.1.0")
        #expect(accepted.revoked.map(\.version.text) == ["v9.0.0"])
    }

    @Test func `each line has the digest of the one before`() throws {
        let scratch = try Scratch()
        try log(in: scratch)
        let lines = try scratch.bytes("record/log.jsonl").split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 3)
        var previous = "sha256:" + String(repeating: "0", count: 64)
        for line in lines {
            #expect(String(decoding: line, as: UTF8.self).contains("\"previous\":\"\(previous)\""))
            previous = Digest(of: Array(line)).description
        }
        let summary = try Record(root: scratch.record).verifyLog()
        #expect(summary.lines == 3)
        #expect(summary.lastDigest?.description == previous)
        #expect(summary.lastTime == Samples.time(2))
    }

    @Test func `the line in the documentation is one`() throws {
        let page = try String(contentsOf: Samples.project.appending(path: "docs/record.md"), encoding: .utf8)
        let line = try #require(page.split(separator: "\n").first { $0.hasPrefix("{\"channel\"") })
        let entry = try LogLine([UInt8](line.utf8), after: LogLine.origin)
        #expect(entry.accepted?.release.version.text == "v1.0.0-beta")
    }

    @Test func `a line of an unknown kind is part of the chain and sets no floor`() throws {
        let scratch = try Scratch()
        try log(in: scratch)
        let lines = String(decoding: try scratch.bytes("record/log.jsonl"), as: UTF8.self).split(
            separator: "\n"
        ).map(String.init)
        let later = lines[1].replacing("\"accepted\"", with: "\"withdrawn\"").replacing(
            "\"overrides\":", with: "\"notes\":")
        let link = Digest(of: Array(lines[1].utf8)).description
        let last = lines[2].replacing(link, with: Digest(of: Array(later.utf8)).description)
        try scratch.write(Array("\(lines[0])\n\(later)\n\(last)\n".utf8), to: "record/log.jsonl")
        let accepted = try accepted(in: scratch)
        #expect(accepted.releases.map(\.version.text) == ["v1.0.0", "v1.1.0"])
        #expect(try Record(root: scratch.record).verifyLog().lines == 3)
        // An edit of the unknown line shows as well.
        let edited = later.replacing("withdrawn", with: "forgotten")
        try scratch.write(Array("\(lines[0])\n\(edited)\n\(last)\n".utf8), to: "record/log.jsonl")
        try refusal(.policy, "state.corrupt") { _ = try self.accepted(in: scratch) }
    }

    struct Lie: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let line: Int
        let tell: @Sendable ([String]) -> String

        init(_ description: String, line: Int, _ tell: @escaping @Sendable ([String]) -> String) {
            testDescription = description
            self.line = line
            self.tell = tell
        }
    }

    static let lies = [
        Lie("no JSON", line: 2) { [$0[0], "{\"a\":", $0[2], ""].joined(separator: "\n") },
        Lie("an empty line", line: 3) { [$0[0], $0[1], "", $0[2], ""].joined(separator: "\n") },
        Lie("an edited line", line: 2) {
            [$0[0].replacing("v1.0.0", with: "v0.1.0"), $0[1], $0[2], ""].joined(separator: "\n")
        },
        Lie("a lost first line", line: 1) { [$0[1], $0[2], ""].joined(separator: "\n") },
        Lie("a lost line", line: 2) { [$0[0], $0[2], ""].joined(separator: "\n") },
        Lie("a repeated line", line: 2) { [$0[0], $0[0], $0[1], $0[2], ""].joined(separator: "\n") },
        Lie("swapped lines", line: 2) { [$0[0], $0[2], $0[1], ""].joined(separator: "\n") },
        Lie("a last line without its end", line: 3) { $0.joined(separator: "\n") },
        Lie("a torn last line", line: 3) { String($0.joined(separator: "\n").dropLast(80)) },
        Lie("an unknown member", line: 3) {
            [$0[0], $0[1], "{\"a\":1," + $0[2].dropFirst(), ""].joined(separator: "\n")
        },
        Lie("no kind", line: 3) {
            [$0[0], $0[1], $0[2].replacing("\"accepted\"", with: "\"\""), ""].joined(separator: "\n")
        },
        Lie("an unknown kind, not canonical", line: 3) {
            [$0[0], $0[1], $0[2].replacing("\"accepted\"", with: " \"forgotten\""), ""].joined(
                separator: "\n")
        },
        Lie("no signers", line: 3) {
            let signers = "\"signers\":[\"sha256:" + String(repeating: "01", count: 32) + "\"]"
            return [$0[0], $0[1], $0[2].replacing(signers, with: "\"signers\":[]"), ""].joined(
                separator: "\n")
        },
        Lie("a revision of zero", line: 3) {
            [$0[0], $0[1], $0[2].replacing("\"revision\":1", with: "\"revision\":0"), ""].joined(
                separator: "\n")
        },
    ]

    @Test(arguments: lies)
    func `a log that does not hold is refused and left alone`(lie: Lie) throws {
        let scratch = try Scratch()
        try log(in: scratch)
        let good = try scratch.bytes("record/log.jsonl")
        let lines = String(decoding: good, as: UTF8.self).split(separator: "\n").map(String.init)
        try scratch.write([UInt8](lie.tell(lines).utf8), to: "record/log.jsonl")
        let before = try scratch.contents()
        let message = try refusal(.policy, "state.corrupt") { _ = try accepted(in: scratch) }
        #expect(message.contains("line \(lie.line):"), "\(message)")
        #expect(try scratch.contents() == before)
    }
}
