import CommandRunner
import Foundation
import Servers
import Testing

/// NATS and SurrealDB travel with the release: `--with-dependencies`.
@Suite struct DependencyTests {
    private let folder: WorkFolder
    private let sample: Sample
    /// A registry that stands for docker.io.
    private let hub: RegistryProcess
    private let view: RegistryView
    /// References of the sample that are not of the release.
    private let missing: [String]

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
        hub = try RegistryProcess()
        view = RegistryView(port: hub.port, prefix: "mirror")
        let closure = try ExportedClosure(
            sample.export(to: folder.path + "/none.tar", "--dry-run", "--format", "json"))
        missing = closure.missing
    }

    private var bundle: String { folder.path + "/cloudgrid.tar" }
    private var fromHub: [String] {
        ["--dependency-registry", "\(hub.host)/mirror", "--plain-http", "\(hub.host)"]
    }

    /// Puts each missing image into the registry and returns its digest, by reference.
    private func fill() throws -> [String: String] {
        var digests: [String: String] = [:]
        for reference in missing {
            let parts = reference.split(separator: ":").map(String.init)
            let name = parts[0].contains("/") ? parts[0] : "library/" + parts[0]
            digests[reference] = try view.putOther(name, tag: parts[1]).orThrow("no image")
        }
        return digests
    }

    private func export(to output: String? = nil, release: String = Sample.release, _ options: [String])
        throws
        -> ProgramResult
    {
        try RunningProgram.cgbundle(
            [
                "export", release, "--images", CommandRunner.checkout + "/testdata/sample/images", "--output",
                output ?? bundle, "--key", sample.key,
            ] + Sample.trust + options, environment: Sample.epoch)
    }

    @Test func `both are carried under their own names, by digest, into target, values and record`() throws {
        let digests = try fill()
        #expect(digests.count == 2 && missing.contains { $0.hasPrefix("nats:") })
        let result = try export(["--with-dependencies"] + fromHub)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("every image that values and compose can name is in the bundle"))
        let options = missing.map { "\($0)@\(digests[$0] ?? "")" }
        for option in options { #expect(result.output.contains("--image \(option)\n"), "\(result.output)") }

        let target = try Target()
        let record = folder.path + "/record"
        let imported = try target.importDirectly(bundle, record: record)
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(imported.output.contains("every image that values and compose can name is in the target"))
        let kept = "\(record)/cloudgrid/release/\(Sample.version)-r1"
        let values = try String(
            contentsOfFile: kept + "/install/release-values.mirrored.yaml", encoding: .utf8)
        let report = try String(contentsOfFile: kept + "/install/values-report.txt", encoding: .utf8)
        #expect(report.hasPrefix("Images: every image that values and compose can name is in the target"))
        let text = try String(contentsOfFile: kept + "/deployment-record.json", encoding: .utf8)
        let closure = try ExportedClosure(text: text)
        #expect(closure.complete && closure.missing.isEmpty)
        for reference in missing {
            let name = try reference.split(separator: "/").last.flatMap { $0.split(separator: ":").first }
                .orThrow("no name")
            let digest = digests[reference] ?? ""
            #expect(values.contains("\(target.location)/\(name)"), "\(values)")
            #expect(values.contains(digest))
            #expect(report.contains("  \(reference)  \(digest)\n"), "\(report)")
            #expect(try target.view.digest("\(name)", String(reference.split(separator: ":")[1])) == digest)
        }
        #expect(text.contains("\"origin\": \"resolved from a tag, not signed\""))
    }

    @Test func `the printed options repeat the run to the byte, and a tag that moved changes nothing`() throws
    {
        let digests = try fill()
        let first = try export(["--with-dependencies"] + fromHub)
        #expect(first.status == 0, "\(first.errors)")
        let lines = first.output.split(separator: "\n").compactMap { line -> [String]? in
            guard let start = line.firstRange(of: "--image ") else { return nil }
            return ["--image", String(line[start.upperBound...])]
        }
        #expect(lines.count == 2)
        // Another image gets the tag.
        try moveTags()
        let again = try export(to: folder.path + "/again.tar", lines.flatMap(\.self) + fromHub)
        #expect(again.status == 0, "\(again.errors)")
        let (one, two) = try (bytes(bundle), bytes(folder.path + "/again.tar"))
        #expect(one == two && !one.isEmpty)
        // Both options together carry nothing twice.
        let both = try export(
            to: folder.path + "/both.tar", ["--with-dependencies"] + lines.flatMap(\.self) + fromHub)
        #expect(both.status == 0, "\(both.errors)")
        #expect(try bytes(folder.path + "/both.tar") == one)
        #expect(both.output.contains("resolved   nothing"))
        #expect(digests.values.allSatisfy { first.output.contains($0) })
    }

    @Test func `a statement that others sign is repeated with the printed options`() throws {
        _ = try fill()
        let statement = folder.path + "/statement.json"
        let planned = try RunningProgram.cgbundle(
            [
                "export", Sample.release, "--images", CommandRunner.checkout + "/testdata/sample/images",
                "--statement-only", statement, "--with-dependencies", "--format", "json",
            ] + Sample.trust + fromHub, environment: Sample.epoch)
        #expect(planned.status == 0, "\(planned.errors)")
        let images = try ExportedClosure(planned).dependencies ?? []
        #expect(images.count == 2)
        try moveTags()
        let moved = try export(["--with-dependencies", "--statement", statement] + fromHub)
        #expect(moved.status == 5 && moved.errors.contains("[statement.differs]"), "\(moved.errors)")
        let repeated = try export(images.flatMap { ["--image", $0] } + ["--statement", statement] + fromHub)
        #expect(repeated.status == 0, "\(repeated.errors)")
    }

    @Test func `a dry run resolves and prints, and writes nothing`() throws {
        let digests = try fill()
        let result = try export(["--with-dependencies", "--dry-run"] + fromHub)
        #expect(result.status == 0, "\(result.errors)")
        #expect(digests.values.allSatisfy { result.output.contains($0) })
        #expect(!FileManager.default.fileExists(atPath: bundle))
    }

    @Test func `a tag that the registry has not got is refused with what to do`() throws {
        let result = try export(["--with-dependencies"] + fromHub)
        #expect(result.status == 6, "\(result.errors)")
        #expect(
            result.errors.contains("[dependency.absent]") && result.errors.contains("--image"),
            "\(result.errors)")
        #expect(result.errors.contains("\(hub.host)/mirror/library/nats"), "\(result.errors)")
    }

    @Test(arguments: [
        ("latest", "[dependency.tag]"), ("", "[dependency.tag]"), ("other", "[dependency.registry]"),
    ])
    func `only versions of docker.io are carried`(kind: String, reason: String) throws {
        let release = folder.path + "/release"
        try FileManager.default.copyItem(atPath: Sample.release, toPath: release)
        let path = release + "/cloudgrid.compose.yaml"
        let image =
            switch kind {
            case "latest": "docker.io/library/nats:latest"
            case "other": "quay.io/library/nats:1"
            default: "docker.io/library/nats"
            }
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let service = text.replacing("services:\n", with: "services:\n  another:\n    image: \(image)\n")
        try Data(service.utf8).write(to: URL(filePath: path))
        _ = try fill()
        let result = try export(release: release, ["--with-dependencies"] + fromHub)
        #expect(result.status == 6, "\(result.errors)")
        #expect(
            result.errors.contains(reason) && result.errors.contains("services.another.image"),
            "\(result.errors)")
    }

    /// Gives every tag to another image.
    private func moveTags() throws {
        for reference in missing {
            let parts = reference.split(separator: ":").map(String.init)
            let name = parts[0].contains("/") ? parts[0] : "library/" + parts[0]
            let other = """
                {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
                "config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"\(RegistryView.emptyObject)","size":2},\
                "layers":[],"annotations":{"moved":"\(name)"}}
                """
            let answer = try LoopbackHTTP.send(
                "PUT", "/v2/mirror/\(name)/manifests/\(parts[1])",
                headers: ["content-type": "application/vnd.oci.image.manifest.v1+json"],
                body: Array(other.utf8),
                to: hub.port)
            #expect(answer.status == 201)
        }
    }

    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }
}
