import CommandRunner
import Testing

@Suite struct VersionTests {
    @Test(arguments: ["cgbundle", "cgbundle-importer"])
    func `both programs say their version`(program: String) throws {
        let result = try CommandRunner.run(CommandRunner.products + "/" + program, ["--version"])
        #expect(result.status == 0)
        #expect(result.output.hasPrefix("0."))
    }
}
