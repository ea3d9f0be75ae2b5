import CommandRunner
import Foundation
import Testing

/// What of a folder travels: less where groups are left out, the same where it lies in the workflow's folders.
@Suite struct ReleaseFolderTests {
    private let place: Scratch
    private let release: String
    private let output: String
    private let files = FileManager.default

    init() throws {
        place = try Scratch()
        release = place.path + "/release"
        output = place.path + "/cloudgrid.tar"
        try files.copyItem(atPath: Sample.release, toPath: release)
    }

    @Test(arguments: [
        (["--without-compose"], ["compose files"], 58),
        (["--without-binaries"], ["binaries files"], 25),
        (["--without-compose", "--without-binaries"], ["compose files", "binaries files"], 22),
    ])
    func `groups that are left out do not travel, which both sides record`(
        options: [String], groups: [String], count: Int,
    ) throws {
        let exported = try Outcome(export(options))
        #expect(exported.leftOut == groups)
        let record = place.path + "/record"
        let imported = try CommandRunner.cgbundle(
            ["import", output] + Sample.trust + Sample.publicKeys(["alice"]) + [
                "--layout", place.path + "/mirror", "--record", record,
            ])
        #expect(imported.status == 0, "\(imported.errors)")
        let kept = record + "/cloudgrid/release/v1.0.0-beta-r1/"
        let text = try String(contentsOfFile: kept + "deployment-record.json", encoding: .utf8)
        for group in groups { #expect(text.contains("\(group): expected"), "\(group)") }
        let names = try inspectedFiles()
        #expect(names.count == count)
        #expect(try Set(recordedFiles(kept)).isSuperset(of: names.map { "release/" + $0 }))
        #expect(names.contains { $0.hasSuffix(".zip") } == !options.contains("--without-binaries"))
        #expect(names.contains("binaries-checksums.txt") == !options.contains("--without-binaries"))
        #expect(names.contains("cloudgrid.compose.yaml") == !options.contains("--without-compose"))
        #expect(names.contains("checksums.txt"))
    }

    @Test func `nothing else may be missing where a group is left out`() throws {
        try files.removeItem(atPath: release + "/cloudgrid-bff.spdx.json")
        let result = try export(["--without-compose", "--without-binaries"])
        #expect(result.status == 6, "\(result.errors)")
        #expect(result.output.contains("cloudgrid-bff.spdx.json"))
        #expect(!exists(output))
    }

    @Test func `the workflow's folders give the same bundle as one flat folder`() throws {
        let flat = try bundle()
        try sortIntoFolders()
        // In the workflow both lists have one name.
        try move("binaries-checksums.txt", to: "binaries/checksums.txt")
        #expect(try bundle() == flat)
    }

    @Test func `the list for the zips travels with what proves it, and goes with them`() throws {
        try sortIntoFolders()
        try move("binaries-checksums.txt", to: "binaries/checksums.txt")
        try Data("proof".utf8).write(to: URL(filePath: release + "/binaries/checksums.txt.sig"))
        #expect(try export([]).status == 0)
        let names = try inspectedFiles()
        #expect(names.contains("binaries-checksums.txt") && names.contains("binaries-checksums.txt.sig"))
        #expect(names.contains("checksums.txt") && names.contains("checksums.txt.sig"))
        #expect(try export(["--without-binaries", "--force"]).status == 0)
        #expect(try inspectedFiles().filter { $0.hasPrefix("binaries-") } == [])
    }

    @Test func `equal files in two folders are one, others of one name are refused`() throws {
        let flat = try bundle()
        try files.createDirectory(atPath: release + "/images", withIntermediateDirectories: false)
        let copy = release + "/images/cloudgrid-bff.spdx.json"
        try files.copyItem(atPath: release + "/cloudgrid-bff.spdx.json", toPath: copy)
        #expect(try bundle() == flat)
        try Data("{}".utf8).write(to: URL(filePath: copy))
        let result = try export(["--force"])
        #expect(result.status == 4, "\(result.errors)")
        #expect(result.output.contains("name.duplicate"))
        #expect(result.output.contains("images/cloudgrid-bff"))
    }

    @Test func `a link to a folder and a folder in a folder are refused`() throws {
        try files.createDirectory(atPath: release + "/chart/chart", withIntermediateDirectories: true)
        #expect(try export([]).output.contains("file.notregular"))
        try files.removeItem(atPath: release + "/chart")
        try files.createSymbolicLink(
            atPath: release + "/chart", withDestinationPath: place.path)
        #expect(try export([]).output.contains("file.notregular"))
        #expect(!exists(output))
    }

    @Test func `other folders are skipped, and a line counts their files`() throws {
        let flat = try bundle()
        for name in ["rendered/enterprise/bff", "Notes of mine", ".git"] {
            try files.createDirectory(atPath: "\(release)/\(name)", withIntermediateDirectories: true)
        }
        for name in ["a.yaml", "enterprise/b c.yaml", "enterprise/bff/checksums.txt"] {
            try Data("x".utf8).write(to: URL(filePath: release + "/rendered/" + name))
        }
        try Data("x".utf8).write(to: URL(filePath: release + "/.git/config"))
        let result = try export(["--force"])
        let skipped = try Outcome(result).warnings.filter { $0.reason == "folder.skipped" }.map(\.message)
        #expect(skipped.count == 3)
        #expect(skipped.contains { $0.contains("/rendered: skipped") && $0.contains("3 files in it") })
        #expect(skipped.contains { $0.contains("/Notes of mine: skipped") && $0.contains("0 files in it") })
        #expect(skipped.contains { $0.contains("/.git: skipped") && $0.contains("1 file in it") })
        #expect(try bytes(output) == flat)
    }

    @Test func `the checksum file of one platform is a checksum file, and goes with the zips`() throws {
        try sortIntoFolders()
        let list = release + "/binaries/checksums-linux-amd64.txt"
        let lines = try String(contentsOfFile: release + "/binaries-checksums.txt", encoding: .utf8)
            .split(separator: "\n").filter { $0.contains("_linux_amd64.zip") }
        #expect(lines.count == 7)
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: list))
        let exported = try export([])
        #expect(exported.status == 0, "\(exported.errors)")
        #expect(
            try Outcome(exported).coverage.first { $0.name == "checksums-linux-amd64.txt" }?.coverage
                == "proof")
        #expect(try inspectedFiles().contains("checksums-linux-amd64.txt"))
        #expect(try export(["--without-binaries", "--force"]).status == 0)
        #expect(try !inspectedFiles().contains("checksums-linux-amd64.txt"))
        let changed = String(repeating: "0", count: 64) + lines.joined(separator: "\n").dropFirst(64) + "\n"
        try Data(changed.utf8).write(to: URL(filePath: list))
        let refused = try export(["--force"])
        #expect(refused.status == 5, "\(refused.errors)")
        #expect(
            refused.output.contains("sums.digest") && refused.output.contains("checksums-linux-amd64.txt"))
    }

    /// Where the vendor's workflow has the files.
    private func sortIntoFolders() throws {
        for name in ["chart", "compose", "images", "binaries"] {
            try files.createDirectory(atPath: release + "/" + name, withIntermediateDirectories: false)
        }
        for name in try files.contentsOfDirectory(atPath: release) {
            switch name {
            case _ where name.hasSuffix(".zip"): try move(name, to: "binaries/" + name)
            case _ where name.hasSuffix(".sarif"): try move(name, to: "images/" + name)
            case _ where name.hasSuffix(".tgz") || name.hasPrefix("checksums"):
                try move(name, to: "chart/" + name)
            case "cloudgrid.compose.yaml", "cloudgrid.env.example", "cloudgrid-local.sh":
                try move(name, to: "compose/" + name)
            default: break
            }
        }
    }

    private func move(_ name: String, to other: String) throws {
        try files.moveItem(atPath: release + "/" + name, toPath: release + "/" + other)
    }

    private func export(_ options: [String]) throws -> CommandResult {
        let key = try Sample.privateKey("alice", in: place)
        return try CommandRunner.cgbundle(
            Sample.export(
                to: output, release: release, keys: [key], options: options + ["--format", "json"]),
            environment: ["SOURCE_DATE_EPOCH": "1793613600"])
    }

    /// The bytes of a bundle of the folder as it is now.
    private func bundle() throws -> Data {
        let result = try export(["--force"])
        guard result.status == 0 else { throw SampleError(result.errors) }
        return try bytes(output)
    }

    private func inspectedFiles() throws -> [String] {
        let said = try CommandRunner.run("tar", ["-xOf", output, "index.json"])
        struct Index: Decodable {
            struct Entry: Decodable {
                let digest: String
                let annotations: [String: String]
            }

            let manifests: [Entry]
        }
        struct Artifact: Decodable {
            struct Layer: Decodable {
                let annotations: [String: String]
            }

            let layers: [Layer]
        }
        let index = try JSONDecoder().decode(Index.self, from: Data(said.output.utf8))
        let entry = try #require(index.manifests.first { $0.annotations["dev.cgbundle.kind"] == "release" })
        let path = "blobs/sha256/" + entry.digest.dropFirst("sha256:".count)
        let bytes = try CommandRunner.run("tar", ["-xOf", output, path])
        return try JSONDecoder().decode(Artifact.self, from: Data(bytes.output.utf8)).layers.compactMap {
            $0.annotations["org.opencontainers.image.title"]
        }
    }

    private func recordedFiles(_ folder: String) throws -> [String] {
        struct Record: Decodable {
            struct File: Decodable {
                let name: String
            }

            let files: [File]
        }
        let data = try bytes(folder + "deployment-record.json")
        return try JSONDecoder().decode(Record.self, from: data).files.map(\.name)
    }

    /// What an export says with `--format json`.
    private struct Outcome: Decodable {
        struct Warning: Decodable {
            let reason: String
            let message: String
        }

        struct Row: Decodable {
            let name: String
            let coverage: String
        }

        let warnings: [Warning]
        let coverage: [Row]

        init(_ result: CommandResult) throws {
            guard result.status == 0 else { throw SampleError(result.errors) }
            self = try JSONDecoder().decode(Self.self, from: Data(result.output.utf8))
        }

        var leftOut: [String] {
            warnings.filter { $0.reason == "set.leftout" }.compactMap {
                $0.message.split(separator: ":").first.map(String.init)
            }
        }
    }
}
