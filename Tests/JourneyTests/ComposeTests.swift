import CommandRunner
import Foundation
import Testing

/// Compose after an import, as an operator runs it.
@Suite struct ComposeTests {
    @Test func `every release image that Compose runs is in the target, by its digest`() throws {
        let folder = try WorkFolder()
        let imported = try ImportedSample.shared()
        let kit = imported.recorded + "/install/compose"
        try FileManager.default.copyItem(
            atPath: kit + "/cloudgrid.mirrored.env", toPath: folder.path + "/my.env")
        func run(_ arguments: String...) throws -> CommandResult {
            try CommandRunner.run(
                kit + "/cloudgrid-local.mirrored.sh", arguments,
                environment: ["PATH": try ComposeTools.path()], in: folder.path)
        }
        // The sample has no NATS and no SurrealDB.
        let stopped = try run("my.env", "config")
        #expect(stopped.status == 1)
        #expect(stopped.errors.contains("service nats: ") && stopped.errors.contains("service surrealdb: "))
        let own = "services: {nats: {image: \"r/nats:1\"}, surrealdb: {image: \"r/db:1\"}}\n"
        try Data(own.utf8).write(to: URL(filePath: folder.path + "/own.yaml"))
        let merged = try run(
            "my.env", "--override", "own.yaml", "--", "--profile", "ai-eval", "--profile", "maintenance",
            "config")
        #expect(merged.status == 0, "\(merged.errors)")
        let images = ComposeTools.images(in: merged.output).filter { $0.value.contains("/cloudgrid-") }
        #expect(images.count == 8)
        for (service, image) in images {
            let parts = image.split(separator: "@").map(String.init)
            let repository = try #require(parts.first?.split(separator: "/").last.map(String.init))
            #expect(image.hasPrefix(imported.target.location + "/"), "\(service): \(image)")
            #expect(try imported.target.view.digest(repository, Sample.version) == parts.last, "\(service)")
        }
    }
}
