import CommandRunner
import Foundation
import Testing

/// Genuine images of an older release, signed at `main`, under a manifest that names a newer version.
@Suite struct RelabelledReleaseTests {
    private let place: Scratch
    private let key: String

    init() throws {
        place = try Scratch()
        key = try Sample.privateKey("alice", in: place)
    }

    private var output: String { place.path + "/cloudgrid.tar" }

    private func made(_ options: [String]) throws -> String {
        let folder = place.path + "/made"
        let result = try CommandRunner.run(
            CommandRunner.checkout + "/scripts/make-testdata", options + ["--output", folder])
        guard result.status == 0 else { throw SampleError(result.errors) }
        return folder
    }

    private func export(_ sample: String, _ vendor: [String]) throws -> CommandResult {
        try CommandRunner.cgbundle(
            [
                "export", sample + "/release", "--images", sample + "/images", "--output", output, "--key",
                key,
            ] + vendor)
    }

    private func read(_ command: String, _ options: [String] = []) throws -> CommandResult {
        try CommandRunner.cgbundle(
            [command, output] + Sample.publicKeys(["alice"]) + Sample.trust + ["--format", "json"] + options)
    }

    @Test(
        arguments: [
            (
                [], "vendor.version-contradicted",
                "expected the version v1.0.1, found \"v1.0.0\" in its image label"
            ),
            (["--new-commit"], "vendor.identity", "source-digest: expected "),
        ] as [([String], String, String)])
    func `older images under a newer version are refused on both sides`(
        options: [String], reason: String, sentence: String
    ) throws {
        let sample = try made(["--version", "v1.0.1", "--images-of", "v1.0.0"] + options)
        let refused = try Refused(export(sample, Sample.trust + ["--format", "json"]))
        #expect(refused.status == 3)
        #expect(refused.reasons == [reason], "\(refused.text)")
        #expect(refused.text.contains(sentence), "\(refused.text)")
        let passed = try export(sample, ["--no-vendor-proof"])
        #expect(passed.status == 0, "\(passed.errors)")
        for command in [
            try read("verify"),
            try read("import", ["--layout", place.path + "/mirror", "--record", place.path + "/record"]),
        ] {
            let stopped = try Refused(command)
            #expect(stopped.status == 3)
            #expect(stopped.reasons == [reason], "\(stopped.text)")
        }
        #expect(!FileManager.default.fileExists(atPath: place.path + "/mirror"))
    }

    @Test func `images that are signed at main pass with their own version`() throws {
        let sample = try made(["--version", "v1.0.1", "--images-of", "v1.0.1"])
        let result = try export(sample, Sample.trust)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("16 image labels"), "\(result.output)")
        #expect(!result.output.contains("vendor.version-unsigned"))
    }
}
