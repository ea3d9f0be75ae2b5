import CommandRunner
import Foundation
import Testing

@Suite struct InspectTests {
    private let place: Scratch

    init() throws {
        place = try Scratch()
    }

    @Test func `without a key everything is shown as a claim`() throws {
        let result = try inspect([])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.hasPrefix("UNVERIFIED: "))
        #expect(result.output.contains("cloudgrid-bff") && result.output.contains("release-values.yaml"))
    }

    @Test func `with a key the signature is checked, and with another one nothing is shown`() throws {
        let shown = try inspect(Sample.publicKeys(["alice"]))
        #expect(shown.status == 0, "\(shown.errors)")
        #expect(!shown.output.contains("UNVERIFIED"))
        let refused = try inspect(Sample.publicKeys(["bob"]))
        #expect(refused.status == 3)
        #expect(refused.output.isEmpty)
    }

    @Test func `--extract needs a key`() throws {
        let result = try extract("release-values.yaml", keys: [])
        #expect(result.status == 64)
        #expect(result.errors.contains("[trust.none]"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.path).isEmpty)
    }

    @Test func `a release file is taken out as it was put in, and over nothing`() throws {
        let bundle = try SampleBundle()
        let result = try extract("release-values.yaml", from: bundle.file)
        #expect(result.status == 0, "\(result.errors)")
        let file = place.path + "/release-values.yaml"
        #expect(try bytes(file) == bytes(Sample.release + "/release-values.yaml"))
        try Data("mine".utf8).write(to: URL(filePath: file))
        let again = try extract("release-values.yaml", from: bundle.file)
        #expect(again.status == 64)
        #expect(again.errors.contains("[output.exists]"))
        #expect(try bytes(file) == Data("mine".utf8))
    }

    @Test(arguments: ["nothing.txt", "../release-values.yaml", "index.json"])
    func `what is no release file cannot be taken out`(name: String) throws {
        let result = try extract(name)
        #expect(result.status == 64)
        #expect(result.errors.contains("[extract.name]"))
    }

    private func inspect(_ options: [String]) throws -> CommandResult {
        try CommandRunner.cgbundle(["inspect", Sample.golden] + options)
    }

    private func extract(
        _ name: String, from file: String = Sample.golden, keys: [String] = ["alice"],
    ) throws -> CommandResult {
        try CommandRunner.cgbundle(
            ["inspect", file, "--extract", name, "-o", place.path] + Sample.publicKeys(keys))
    }
}
