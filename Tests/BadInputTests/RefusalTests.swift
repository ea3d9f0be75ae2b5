import CommandRunner
import Foundation
import Servers
import Testing

/// Every lie of the forge, told to the program that a user runs.
///
/// The registry's log is read when all is over: a line is written after its answer.
@Suite(.provingGround) struct RefusalTests {
    @Test(arguments: try BadInput.all(isRefused: true))
    func `a lie is refused by its name, and neither registry nor record is touched`(input: BadInput) throws {
        let (ground, place) = (try ProvingGround.here(), try Scratch())
        let record = try ground.copyRecord(to: place)
        let before = try FolderSnapshot(record)

        let result = try run(input, ground.target(input) + ["--record", record, "--format", "json"])
        #expect(result.status == input.exit, "\(result.errors)")
        let refused = try JSONDecoder().decode(Refused.self, from: Data(result.output.utf8))
        #expect(!refused.ok && refused.status == input.exit)
        if let reason = input.reason { #expect(refused.reason == reason, "\(refused.text)") }
        for thing in input.mentions { #expect(refused.text.contains(thing)) }

        #expect(try FolderSnapshot(record) == before)
    }

    @Test(arguments: try BadInput.all(isRefused: false))
    func `what only looks like a lie is accepted`(input: BadInput) throws {
        let place = try Scratch()
        // The record of the proving ground serves another target.
        let record = place.path + "/record"
        let result = try run(input, ["--layout", place.path + "/layout", "--record", record])
        #expect(result.status == 0, "\(result.errors)")
        #expect(FileManager.default.fileExists(atPath: record + "/log.jsonl"))
    }

    @Test(
        arguments: try BadInput.named(
            "empty", "shared layer first byte", "unknown key", "no key", "five deep", "escape in type"))
    func `in text a refusal ends in its word, and nothing is on standard output`(input: BadInput) throws {
        let result = try run(input, try ProvingGround.here().target(input) + ["--no-record"])
        #expect(result.status == input.exit)
        #expect(result.output.isEmpty)
        #expect(!result.errors.contains("\u{1b}"))
        let word = try #require(input.reason)
        #expect(
            result.errors.split(separator: "\n").contains {
                $0.hasPrefix("error: ") && $0.hasSuffix("[\(word)]")
            })
    }

    @Test(arguments: try BadInput.named("pax header of 1 GiB", "diamond", "300000 members"))
    func `a refusal costs little memory`(input: BadInput) throws {
        let ground = try ProvingGround.here()
        let measure = """
            import resource, subprocess, sys
            subprocess.call(sys.argv[1:])
            print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
            """
        let command = [CommandRunner.products + "/cgbundle"] + input.command(in: ground.folder.path)
        let result = try CommandRunner.run(
            "python3", ["-c", measure] + command + ground.target(input) + ["--no-record"])
        let kibibytes = try #require(Int(result.output.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kibibytes < 64 << 10)
    }

    /// Nothing in a bundle may hold the program up: after half a minute `timeout` ends it, with status 124.
    private func run(_ input: BadInput, _ options: [String]) throws -> CommandResult {
        let command = input.command(in: try ProvingGround.here().folder.path) + options
        return try CommandRunner.run("timeout", ["30", CommandRunner.products + "/cgbundle"] + command)
    }
}
