import BundleFormat
import CommandRunner
import Foundation
import OCI
import ReleaseSet
import Testing

/// What `bundle-spec` shows is what the program reads and writes.
@Suite struct SpecificationTests {
    @Test func `the example of a release artifact is one, byte for byte`() throws {
        let page = try String(
            contentsOfFile: CommandRunner.checkout + "/bundle-spec/bundle-v1.md", encoding: .utf8)
        let examples = page.split(separator: "```json\n").dropFirst().compactMap {
            $0.split(separator: "\n```").first
        }
        #expect(examples.count == 1, "an example that no test reads")
        let bytes = Array(try #require(examples.first).utf8)
        let document = try ManifestDocument(bytes, name: "example", mediaType: .ociManifest)
        let artifact = try ReleaseArtifact(document, bytes: bytes)
        #expect(artifact.version.text == "v1.0.0-beta")
        #expect(artifact.files.map(\.name.text) == ["release-manifest.json"])
        #expect(try artifact.json == bytes)
    }

    @Test func `every exit status of a refusal is in the page of reasons`() throws {
        let page = try String(
            contentsOfFile: CommandRunner.checkout + "/bundle-spec/reasons.md", encoding: .utf8)
        for status in Set(try BadInput.all(isRefused: true).map(\.exit)) {
            #expect(page.contains("\n| \(status) |"))
        }
    }

    @Test func `every reason word of the program is in the page of reasons`() throws {
        let page = try String(
            contentsOfFile: CommandRunner.checkout + "/bundle-spec/reasons.md", encoding: .utf8)
        let sources = CommandRunner.checkout + "/Sources"
        // The words of libarchive's face never leave the floors that use it.
        let others: Set = [
            "file.read", "json.unwritable", "tar.entries", "tar.path", "tar.size", "tar.unreadable",
        ]
        let areas = Set(page.matches(of: /`([a-z]+)\.[a-z0-9]+`/).map { String($0.1) })
        var words: Set<String> = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: sources)
        where name.hasSuffix(".swift") {
            let text = try String(contentsOfFile: sources + "/" + name, encoding: .utf8)
            words.formUnion(text.matches(of: /"([a-z]+\.[a-z0-9]+)"/).map { String($0.1) })
        }
        let files: Set = ["index.json", "statement.json", "values.yaml"]
        let reasons = words.subtracting(others).subtracting(files).filter { word in
            areas.contains(String(word.prefix { $0 != "." }))
        }
        #expect(reasons.count > 150)
        #expect(reasons.filter { !page.contains("`\($0)`") }.sorted() == [])
    }
}
