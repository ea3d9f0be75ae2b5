import CommandRunner
import Foundation
import Testing

@testable import ReleaseRecord
@testable import ReleaseSet

/// Services and commands of the script, run with podman-compose.
@Suite struct ComposeScriptTests {
    static let services = ["ai-eval-runner", "bff", "nats", "surrealdb"]

    @Test func `every service of every profile gets the target's image by digest`() throws {
        let folder = try ComposeFolder()
        let merged = try folder.run("my.env", "--", "--profile", "ai-eval", "config")
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(ComposeTools.images(in: merged.output) == folder.expected(Self.services))
        #expect(!merged.output.contains("ghcr.io"))
        // The environment file is used, and the vendor's mount of a file that is not there is gone.
        #expect(merged.output.contains("PASSWORD: secret"))
        #expect(merged.output.contains("../install/compose/nats.conf:/etc/nats/nats.conf:ro"))
        #expect(!merged.output.contains("- ./nats.conf"))
        let configuration = folder.release + "/release/../install/compose/nats.conf"
        #expect(FileManager.default.fileExists(atPath: configuration))
    }

    @Test(.enabled(if: ComposeFolder.upstream != nil))
    func `every service of the vendor's compose file gets the target's image by digest`() throws {
        let upstream = try #require(ComposeFolder.upstream)
        func text(_ name: String) throws -> String {
            try String(contentsOfFile: upstream + "/" + name, encoding: .utf8)
        }
        let folder = try ComposeFolder(
            try text("cloudgrid.compose.yaml"), example: try text("cloudgrid.env.example"))
        #expect(folder.mirrored.placed.count == 10 && folder.mirrored.unplaced.isEmpty)
        let merged = try folder.run(
            "my.env", "--", "--profile", "ai-eval", "--profile", "maintenance", "config")
        #expect(merged.status == 0, "\(merged.errors)")
        let images = ComposeTools.images(in: merged.output)
        #expect(images.count == 10)
        #expect(images == folder.expected(images.keys))
        #expect(merged.output.contains("../install/compose/nats.conf:/etc/nats/nats.conf:ro"))
        #expect(!merged.output.contains("- ./nats.conf"))
        let bare = try ComposeFolder(
            try text("cloudgrid.compose.yaml"), example: try text("cloudgrid.env.example"),
            withDependencies: false)
        #expect(bare.mirrored.unplaced.map(\.service) == ["nats", "surrealdb"])
        #expect(try bare.run("my.env", "config").status == 1)
    }

    @Test func `without NATS and SurrealDB in the bundle the script stops, or takes approved images`() throws
    {
        let folder = try ComposeFolder(withDependencies: false)
        let override = try String(
            contentsOfFile: folder.kit + "/" + ComposeKit.overrideName, encoding: .utf8)
        #expect(!override.contains("surrealdb") && !override.contains("image: \"nats"))
        let stopped = try folder.run("my.env", "up", docker: true)
        #expect(stopped.status == 1)
        #expect(
            stopped.errors.contains(
                "service nats: the image nats:2.14.0 is not in the bundle; set an approved"))
        #expect(
            stopped.errors.contains("service surrealdb: the image surrealdb/surrealdb:v3.1.0 is not in the"))
        try folder.write("services: {nats: {image: \"registry/nats:1\"}}\n", to: "half.yaml")
        let half = try folder.run("my.env", "--override", "half.yaml", "up", docker: true)
        #expect(half.status == 1)
        #expect(half.errors.contains("service surrealdb: the image surrealdb/surrealdb:v3.1.0 is not in the"))
        #expect(
            half.errors.contains("half.yaml does not set another") && !half.errors.contains("service nats"))
        #expect(folder.called == nil)
        try folder.write(
            "services: {nats: {image: \"registry/nats:1\"}, surrealdb: {image: \"registry/db:1\"}}\n",
            to: "own.yaml")
        let merged = try folder.run("my.env", "--override=own.yaml", "config")
        #expect(merged.status == 0, "\(merged.errors)")
        let images = ComposeTools.images(in: merged.output)
        #expect(images["nats"] == "registry/nats:1" && images["surrealdb"] == "registry/db:1")
        #expect(images["bff"] == folder.expected(["bff"])["bff"])
    }

    @Test(arguments: [
        ("bff: {image: \"ghcr.io/cloudgrid-dev/cloudgrid-bff:v9\"}", "service bff: the image is ghcr.io/"),
        (
            "ai-eval-runner: {image: \"x/y:1\"}",
            "service ai-eval-runner: the image is x/y:1, expected registry."
        ),
        ("extra: {build: .}", "service extra: has no image and would be built"),
    ])
    func `another image than the record's stops the script`(service: String, message: String) throws {
        let folder = try ComposeFolder()
        try folder.write("services: {\(service)}\n", to: "own.yaml")
        let stopped = try folder.run("my.env", "--override", "own.yaml", "up", docker: true)
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains(message), "\(stopped.errors)")
        #expect(folder.called == nil)
    }

    @Test func `a mount of another file that the release lacks stops the script, and is named`() throws {
        let compose = ComposeFolder.compose.replacing(
            "    depends_on: [nats]", with: "    volumes: [\"./more.conf:/more:ro\"]")
        let folder = try ComposeFolder(compose)
        let stopped = try folder.run("my.env", "config")
        #expect(stopped.status == 1)
        #expect(
            stopped.errors.contains(
                "service bff mounts ./more.conf at /more, which the release does not have"))
        try folder.write("services: {}\n", to: "none.yaml")
        let still = try folder.run("my.env", "--override", "none.yaml", "config")
        #expect(still.status == 1)
        #expect(still.errors.contains("service bff still mounts ./more.conf at /more"))
        try folder.write("services: {bff: {volumes: [\"/etc/hosts:/more:ro\"]}}\n", to: "own.yaml")
        let merged = try folder.run("my.env", "--override", "own.yaml", "config")
        #expect(merged.status == 0, "\(merged.errors)")
        #expect(merged.output.contains("/etc/hosts:/more:ro"))
    }

    @Test func `files of the operator inside of the record are refused`() throws {
        let folder = try ComposeFolder()
        let link = folder.here + "/link.env"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: folder.kit + "/cloudgrid.mirrored.env")
        for file in [folder.kit + "/cloudgrid.mirrored.env", folder.root + "/log.jsonl", link] {
            let refused = try folder.run(file, "config")
            #expect(refused.status == 1)
            #expect(refused.errors.contains("is inside of the record; keep your own files"), "\(file)")
        }
        let override = folder.kit + "/" + ComposeKit.overrideName
        #expect(try folder.run("my.env", "--override", override, "config").status == 1)
        // A copy of the template is enough.
        try FileManager.default.copyItem(
            atPath: folder.kit + "/cloudgrid.mirrored.env", toPath: folder.here + "/copy.env")
        #expect(try folder.run("copy.env", "config").status == 0)
    }

    @Test func `docker compose is preferred, and gets the files in their order`() throws {
        let folder = try ComposeFolder(in: "a 'b' $(touch x)\\")
        try folder.write("services: {}\n", to: "own.yaml")
        let run = try folder.run("my.env", "--override", "own.yaml", docker: true)
        #expect(run.status == 0, "\(run.errors)")
        #expect(
            folder.called == [
                "--env-file", folder.here + "/my.env", "-f",
                folder.release + "/release/cloudgrid.compose.yaml", "-f",
                folder.kit + "/cloudgrid.mirrored.compose.yaml", "-f", folder.here + "/own.yaml", "up", "-d",
            ])
        #expect(try folder.run("my.env", "--", "-p", "x", "logs", "-f", docker: true).status == 0)
        #expect(folder.called?.suffix(4) == ["-p", "x", "logs", "-f"])
    }

    @Test(arguments: [
        ["-f", "x.yaml", "up"], ["--file=x"], ["--env-file", "x"], ["--project-directory", "/", "up"],
        ["-p", "x", "-fx"],
    ])
    func `options that would change the files are refused`(options: [String]) throws {
        let folder = try ComposeFolder()
        let refused = try folder.run(
            "my.env", "--", options[0], options.dropFirst().first ?? "up", options.last ?? "up", docker: true)
        #expect(refused.status == 1)
        #expect(
            refused.errors.contains(
                "not an option before the command here; further compose files: --override FILE"))
        #expect(folder.called == nil)
    }

    @Test func `wrong arguments and missing files are named`() throws {
        let folder = try ComposeFolder()
        #expect(try folder.run().status == 2)
        #expect(try folder.run("--override", "x").status == 2)
        #expect(try folder.run("my.env", "--override").status == 2)
        #expect(
            try folder.run("none.env").errors.contains("none.env: no such file; it is your environment file"))
        #expect(
            try folder.run("my.env", "--override", "none").errors.contains(
                "none: no such file; it is the compose"))
        try folder.write("services: [\n", to: "bad.yaml")
        let unreadable = try folder.run("my.env", "--override", "bad.yaml", "up", docker: true)
        #expect(unreadable.status == 1 && unreadable.errors.contains("Compose cannot read the files"))
        try FileManager.default.removeItem(atPath: folder.kit + "/" + ComposeKit.overrideName)
        #expect(try folder.run("my.env").errors.contains("cloudgrid.mirrored.compose.yaml is missing"))
    }

    @Test func `the configuration of NATS is marked as ours`() throws {
        let folder = try ComposeFolder()
        let text = try String(contentsOfFile: folder.kit + "/nats.conf", encoding: .utf8)
        #expect(text.hasPrefix("# Not the vendor's file"))
        for line in [
            "http_port = 8222", "max_payload = $CLOUDGRID_NATS_MAX_PAYLOAD",
            "store_dir = \"/data/jetstream\"",
        ] {
            #expect(text.contains(line))
        }
        let without = try ComposeFolder(
            ComposeFolder.compose.replacing("./nats.conf", with: "/etc/nats.conf"))
        #expect(!FileManager.default.fileExists(atPath: without.kit + "/nats.conf"))
    }
}
