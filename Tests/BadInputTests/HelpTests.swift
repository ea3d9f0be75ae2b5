import CommandRunner
import Testing

@Suite struct HelpTests {
    @Test(arguments: [
        "export", "verify", "import", "inspect", "keygen", "sign", "trust", "trust check", "verify-blob",
        "verify-attestation",
    ])
    func `every command explains itself`(command: String) throws {
        let result = try CommandRunner.cgbundle(command.split(separator: " ").map(String.init) + ["--help"])
        #expect(result.status == 0)
        #expect(result.output.contains("OVERVIEW"))
        #expect(result.output.contains("USAGE: cgbundle \(command)"))
    }
}
