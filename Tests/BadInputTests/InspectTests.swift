import CommandRunner
import Foundation
import Testing

@Suite struct InspectTests {
    @Test func `one table says of every file and image which checksum line covers it, or that none does`()
        throws
    {
        let sample = try SampleBundle()
        let plain = try CommandRunner.cgbundle(["verify", sample.file] + Sample.publicKeys(["alice"]))
        let told = try CommandRunner.cgbundle(
            ["verify", sample.file, "--coverage"] + Sample.publicKeys(["alice"]))
        #expect(told.status == 0, "\(told.errors)")
        let rows = Set(told.output.split(separator: "\n")).subtracting(plain.output.split(separator: "\n"))
        func row(_ name: String) -> Substring? {
            rows.first { $0.hasPrefix("    \(name) ") }.map { $0.dropFirst(name.count + 4) }
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: Sample.release)
        #expect(rows.count == files.count + 8 + 1)
        for name in files { #expect(row(name) != nil, "\(name)") }
        let manifest = try #require(row("release-manifest.json"))
        #expect(manifest.contains("checksums.txt line 2"))
        #expect(row("cloudgrid-bff")?.contains("release-manifest.json, checksums.txt line 2") == true)
        #expect(row("release-values.yaml")?.contains("in no checksum file") == true)
        #expect(row("checksums.txt")?.contains("covers others") == true)
        let exported = try CommandRunner.cgbundle(
            Sample.export(
                to: sample.place.path + "/other.tar",
                keys: [try Sample.privateKey("alice", in: sample.place)],
                options: ["--dry-run", "--coverage"]))
        #expect(rows.isSubset(of: exported.output.split(separator: "\n")))
    }

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
