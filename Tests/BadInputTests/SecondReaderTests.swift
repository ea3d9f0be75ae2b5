import CommandRunner
import Foundation
import Testing

/// The second implementation of the format, written from `bundle-spec` alone, and ours read the same bytes.
@Suite struct SecondReaderTests {
    private static let reader = CommandRunner.checkout + "/Tests/SecondReader"

    @Test(arguments: [["alice"], ["bob"], ["alice", "bob"]])
    func `the second reader accepts what export wrote`(signers: [String]) throws {
        let bundle = try SampleBundle(signers: signers)
        let result = try read(bundle.file, keys: signers)
        #expect(result.status == 0, "\(result.output)")
        #expect(result.output.contains("8 images"))
    }

    @Test func `both readers accept the golden bundle`() throws {
        #expect(try read(Sample.golden, keys: ["alice"]).status == 0)
        let ours = try CommandRunner.cgbundle(["verify", Sample.golden] + Sample.publicKeys(["alice"]))
        #expect(ours.status == 0, "\(ours.errors)")
        #expect(ours.output.contains("verified: \(Sample.golden)"))
    }

    @Test func `a statement keeps its schema`() throws {
        let bundle = try SampleBundle(options: ["--expires", "2999-01-01T00:00:00Z"])
        let result = try check(bundle.file + ".statement.json", against: "statement")
        #expect(result.status == 0, "\(result.output)\(result.errors)")
    }

    @Test func `a record keeps its schema, and not that of a statement`() throws {
        let bundle = try SampleBundle()
        let record = bundle.place.path + "/record"
        let result = try CommandRunner.cgbundle(
            ["import", bundle.file, "--layout", bundle.place.path + "/layout", "--record", record]
                + Sample.trust + Sample.publicKeys(["alice"]))
        #expect(result.status == 0, "\(result.errors)")
        let found = try FileManager.default.subpathsOfDirectory(atPath: record)
            .filter { $0.hasSuffix("deployment-record.json") }
        let written = try #require(found.first)
        let kept = try check("\(record)/\(written)", against: "deployment-record")
        #expect(kept.status == 0, "\(kept.output)\(kept.errors)")
        #expect(try check("\(record)/\(written)", against: "statement").status == 1)
        let verification = "\(record)/\(written)".replacing(
            "deployment-record", with: "evidence/verification")
        let proof = try check(verification, against: "verification")
        #expect(proof.status == 0, "\(proof.output)\(proof.errors)")
    }

    private func read(_ file: String, keys: [String]) throws -> CommandResult {
        try CommandRunner.run("python3", [Self.reader + "/read_bundle.py", file] + Sample.publicKeys(keys))
    }

    private func check(_ file: String, against schema: String) throws -> CommandResult {
        let path = "\(CommandRunner.checkout)/bundle-spec/\(schema).schema.json"
        return try CommandRunner.run("python3", [Self.reader + "/check_schema.py", path, file])
    }
}
