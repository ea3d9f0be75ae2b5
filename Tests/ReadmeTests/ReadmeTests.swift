import CommandRunner
import Foundation
import Testing

/// README.md shows what really happens.
@Suite struct ReadmeTests {
    @Test func `every console block does what it shows`() throws {
        let text = try String(contentsOfFile: CommandRunner.checkout + "/README.md", encoding: .utf8)
        let steps = ConsoleBlocks(in: text).steps
        #expect(steps.count > 6)
        let folder = try TemporaryFolder()
        for name in ["sample", "trust"] {
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
