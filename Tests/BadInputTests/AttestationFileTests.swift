import CommandRunner
import Foundation
import Testing

/// Files of attestations in a release, from export to record.
@Suite struct AttestationFileTests {
    private let place: Scratch
    private let key: String

    init() throws {
        place = try Scratch()
        key = try Sample.privateKey("alice", in: place)
        let made = try CommandRunner.run(
            CommandRunner.checkout + "/scripts/make-testdata",
            ["--attestations", "--output", place.path + "/made"])
        guard made.status == 0 else { throw SampleError(made.errors) }
    }

    private var list: String { place.path + "/made/release/attestations.jsonl" }

    /// The sample's trust, by which every file may be proved.
    private func trust() throws -> [String] {
        let folder = Sample.folder + "/trust/"
        let text = try String(contentsOfFile: folder + "trust.json", encoding: .utf8)
        let file = place.path + "/trust.json"
        try Data(
            text.replacing("\"trusted_root.json\"", with: "\"\(folder)trusted_root.json\"")
                .replacing("\"checksums.txt\"", with: "\"*\"").utf8
        ).write(to: URL(filePath: file))
        return ["--trust", file]
    }

    private func export(_ options: String...) throws -> CommandResult {
        try CommandRunner.cgbundle(
            [
                "export", place.path + "/made/release", "--images", place.path + "/made/images", "--output",
                place.path + "/cloudgrid.tar", "--key", key, "--format", "json",
            ] + trust() + options)
    }

    private func report(_ result: CommandResult) throws -> ProvedFiles {
        #expect(result.status == 0, "\(result.errors)")
        return try JSONDecoder().decode(ProvedFiles.self, from: Data(result.output.utf8))
    }

    @Test func `an attestation proves the files that it is about, on both sides`() throws {
        let exported = try report(try export())
        let loaded = try CommandRunner.cgbundle(
            [
                "import", place.path + "/cloudgrid.tar", "--layout", place.path + "/mirror", "--record",
                place.path + "/record", "--format", "json",
            ] + Sample.publicKeys(["alice"]) + trust())
        let imported = try report(loaded)
        for report in [exported, imported] {
            for name in [
                "storage-read_v1.0.0-beta_linux_amd64.zip", "cloudgrid-1.0.0-beta.tgz", "release-values.yaml",
            ] {
                #expect(report.verdict(of: name) == "verified", "\(name)")
            }
            #expect(report.verdict(of: "cloudgrid-bff.spdx.json") == "absent")
            #expect(report.verdict(of: "attestations.jsonl") == nil)
            #expect(report.coverage.first { $0.name == "attestations.jsonl" }?.coverage == "proof")
        }
    }

    @Test func `a changed byte of an attested file takes its proof away`() throws {
        let values = place.path + "/made/release/release-values.yaml"
        let text = try String(contentsOfFile: values, encoding: .utf8)
        try Data((text + "# changed\n").utf8).write(to: URL(filePath: values))
        let report = try report(try export())
        #expect(report.verdict(of: "release-values.yaml") == "absent")
        // The statement is good, and about a file that is not there.
        #expect(report.reason(of: "release-values.yaml.intoto.jsonl") == "other-object")
    }

    @Test func `a bad line stops both sides and is told by its number`() throws {
        let lines = try String(contentsOfFile: list, encoding: .utf8).split(separator: "\n")
        let broken = [lines[0], "", lines[1].dropLast()].joined(separator: "\n")
        try Data(broken.utf8).write(to: URL(filePath: list))
        let refused = try export()
        #expect(refused.status == 3)
        #expect(
            refused.output.contains("attestations.jsonl, line 3: ") && refused.output.contains("vendor.json"))
        #expect(!exists(place.path + "/cloudgrid.tar"))
    }

    @Test func `attestations of what was left out are shown and stop nothing`() throws {
        let report = try report(try export("--without-binaries"))
        #expect(report.reason(of: "attestations.jsonl") == "other-object")
        #expect(report.verdict(of: "cloudgrid-1.0.0-beta.tgz") == "verified")
    }
}

private struct ProvedFiles: Decodable {
    struct Verification: Decodable {
        struct Object: Decodable {
            let name: String
            let verdict: String
            let reason: String?
        }

        let objects: [Object]
    }

    struct Row: Decodable {
        let name: String
        let coverage: String
    }

    let verification: Verification
    let coverage: [Row]

    func verdict(of name: String) -> String? { verification.objects.first { $0.name == name }?.verdict }

    func reason(of name: String) -> String? { verification.objects.first { $0.name == name }?.reason }
}
