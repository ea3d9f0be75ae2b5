import CommandRunner
import Foundation
import Testing

/// The list of images, compared with what helm and podman-compose make of the same files.
@Suite struct RealToolTests {
    private let folder: WorkFolder
    private let closure: ExportedClosure
    private static let tools = CommandRunner.checkout + "/.build/tools/bin"
    private static let archive = Sample.release + "/cloudgrid-1.0.0-beta.tgz"
    private static let profiles = ["none", "local", "small", "enterprise"]

    init() throws {
        folder = try WorkFolder()
        closure = try ExportedClosure(
            Sample.shared().export(to: folder.path + "/b.tar", "--dry-run", "--format", "json"))
        let unpacked = try CommandRunner.run("tar", ["xzf", Self.archive, "-C", folder.path])
        guard unpacked.status == 0 else { throw NotSeen(description: unpacked.errors) }
    }

    private func tool(_ name: String) throws -> String {
        let path = Self.tools + "/" + name
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw NotSeen(description: "\(path) is missing; run scripts/install-tools")
        }
        return path
    }

    private static func images(in text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            let line = line.trimmingCharacters(in: .whitespaces.union(CharacterSet(charactersIn: "-")))
            guard line.hasPrefix("image: ") else { return nil }
            return line.dropFirst(7).trimmingCharacters(in: CharacterSet(charactersIn: "\"' "))
        }
    }

    /// Everything optional and bundled, on.
    private static let everything =
        [
            "aiEvalRunner.enabled", "alertEvaluator.enabled", "storageMaintenance.enabled",
            "nats.bundled.enabled",
            "surrealdb.bundled.enabled",
        ].flatMap { ["--set", $0 + "=true"] } + [
            "--set", "surrealdb.bundled.username=root", "--set", "surrealdb.bundled.password=root",
        ]

    private func rendered(_ helm: String, _ profile: String, values: [String]) throws -> [String] {
        let chosen = profile == "none" ? [] : ["-f", folder.path + "/cloudgrid/profiles/\(profile).yaml"]
        let result = try CommandRunner.run(
            try tool(helm),
            ["template", "cloudgrid", Self.archive] + values.flatMap { ["-f", $0] } + chosen
                + Self.everything,
            environment: ["HOME": folder.path])
        guard result.status == 0 else { throw NotSeen(description: "\(helm): \(result.errors)") }
        return Self.images(in: result.output)
    }

    @Test(arguments: ["helm3", "helm4"], profiles)
    func `every image that helm renders is in the list`(helm: String, profile: String) throws {
        for values in [[], [Sample.release + "/release-values.yaml"]] {
            let images = try rendered(helm, profile, values: values)
            #expect(images.count >= 8)
            for image in images { #expect(closure.image(for: image) != nil, "\(profile): \(image)") }
        }
    }

    @Test(arguments: ["with the example", "with the defaults"])
    func `every image that podman-compose runs is in the list`(settings: String) throws {
        let here = folder.path
        for name in ["cloudgrid.compose.yaml", "cloudgrid.env.example"] {
            try FileManager.default.copyItem(atPath: Sample.release + "/" + name, toPath: here + "/" + name)
        }
        let example = try String(contentsOfFile: here + "/cloudgrid.env.example", encoding: .utf8)
        let lines = example.split(separator: "\n").filter { line in
            // Other settings stay: podman-compose fails on a file in which nothing is set.
            settings == "with the example" || !line.contains("IMAGE")
        }
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: here + "/env"))
        let compose = try String(contentsOfFile: here + "/cloudgrid.compose.yaml", encoding: .utf8)
        let profiles = compose.split(separator: "\n").filter { $0.contains("profiles:") }.flatMap { line in
            line.split { ":[]\", ".contains($0) }.dropFirst().flatMap { ["--profile", String($0)] }
        }
        let result = try CommandRunner.run(
            try tool("podman-compose"),
            ["--env-file", "env", "-f", "cloudgrid.compose.yaml"] + profiles + ["config"], in: here)
        #expect(result.status == 0, "\(result.errors)")
        let images = Self.images(in: result.output)
        #expect(images.count >= 10, "\(result.output)")
        for image in images { #expect(closure.image(for: image) != nil, "\(image)") }
        let ofCompose = closure.images.filter {
            $0.places.contains { $0.hasPrefix("cloudgrid.compose.yaml") }
        }
        #expect(Set(images.compactMap { closure.image(for: $0)?.reference }).count == ofCompose.count)
    }
}
