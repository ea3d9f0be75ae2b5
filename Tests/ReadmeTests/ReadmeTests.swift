import CommandRunner
import Foundation
import Testing

/// README.md and the pages beside it show what really happens.
@Suite struct ReadmeTests {
    @Test(arguments: [("README.md", 7), ("docs/verify.md", 3), ("docs/export.md", 8)])
    func `every console block does what it shows`(page: String, least: Int) throws {
        let text = try String(contentsOfFile: "\(CommandRunner.checkout)/\(page)", encoding: .utf8)
        let steps = ConsoleBlocks(in: text).steps
        #expect(steps.count >= least)
        let folder = try TemporaryFolder()
        for name in ["sample", "trust", "keys"] {
            try FileManager.default.createSymbolicLink(
                atPath: folder.path + "/" + name,
                withDestinationPath: CommandRunner.checkout + "/testdata/" + name)
        }
        for step in steps {
            let result = try CommandRunner.run(
                "/bin/sh", ["-c", step.command], environment: ["PATH": Self.path], in: folder.path)
            #expect(result.status == 0, "\(step.command)\n\(result.errors)")
            #expect(
                step.matches(result.output),
                "\(step.command)\nshown:\n\(step.shown)\nsaid:\n\(result.output)")
        }
    }

    private static let path = CommandRunner.products + ":/usr/local/bin:/usr/bin:/bin"
}
