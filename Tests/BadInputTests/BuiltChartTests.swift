import CommandRunner
import Foundation
import Testing

/// A source without the chart's OCI artifact: it is made of the packed chart among the release files.
@Suite struct BuiltChartTests {
    private let place: Scratch
    private let images: String
    private let output: String
    private let files = FileManager.default

    private struct Index: Codable {
        struct Entry: Codable {
            let mediaType: String
            let digest: String
            let size: Int
            let annotations: [String: String]?

            var isChart: Bool {
                annotations?["org.opencontainers.image.ref.name"]?.hasPrefix("charts/cloudgrid") == true
            }
        }

        let schemaVersion: Int
        let manifests: [Entry]

        var chart: Entry? { manifests.first { $0.isChart } }
    }

    private struct Manifest: Codable, Equatable {
        struct Blob: Codable, Equatable {
            let mediaType: String
            let digest: String
            let size: Int
        }

        let schemaVersion: Int
        let config: Blob
        let layers: [Blob]
        var annotations: [String: String]
    }

    init() throws {
        place = try Scratch()
        images = place.path + "/images"
        output = place.path + "/cloudgrid.tar"
        try files.copyItem(atPath: Sample.images, toPath: images)
        let index = try Self.index(of: Sample.images)
        let rest = Index(schemaVersion: 2, manifests: index.manifests.filter { !$0.isChart })
        #expect(rest.manifests.count == index.manifests.count - 1)
        try JSONEncoder().encode(rest).write(to: URL(filePath: images + "/index.json"))
    }

    private static func index(of folder: String) throws -> Index {
        try JSONDecoder().decode(Index.self, from: try bytes(folder + "/index.json"))
    }

    private func export(release: String = Sample.release, to output: String? = nil) throws -> CommandResult {
        try CommandRunner.cgbundle(
            Sample.export(
                to: output ?? self.output, release: release, images: images,
                keys: [try Sample.privateKey("alice", in: place)], options: ["--force"]),
            environment: ["SOURCE_DATE_EPOCH": "1793613600"])
    }

    private func entry(_ path: String) throws -> Data {
        Data(try CommandRunner.run("tar", ["-xOf", output, path]).output.utf8)
    }

    @Test func `the artifact is the vendor's but for the time, and the same every time`() throws {
        let result = try export()
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("chart.built"), "\(result.output)")
        let again = place.path + "/again.tar"
        #expect(try export(to: again).status == 0)
        #expect(try bytes(output) == bytes(again))
        let index = try JSONDecoder().decode(Index.self, from: try entry("index.json"))
        let chart = try #require(index.chart)
        let built = try JSONDecoder().decode(
            Manifest.self, from: try entry("blobs/sha256/" + chart.digest.dropFirst(7)))
        let original = try Self.index(of: Sample.images)
        let vendors = try #require(original.chart)
        var expected = try JSONDecoder().decode(
            Manifest.self, from: try bytes("\(Sample.images)/blobs/sha256/\(vendors.digest.dropFirst(7))"))
        expected.annotations["org.opencontainers.image.created"] = nil
        #expect(built == expected)
    }

    @Test func `what is built is imported like the vendor's`() throws {
        #expect(try export().status == 0)
        let imported = try CommandRunner.cgbundle(
            ["import", output] + Sample.trust + Sample.publicKeys(["alice"]) + [
                "--layout", place.path + "/mirror", "--no-record",
            ])
        #expect(imported.status == 0, "\(imported.errors)")
        let copied = try CommandRunner.run(
            "skopeo",
            ["inspect", "--raw", "oci:\(place.path)/mirror:charts/cloudgrid:1.0.0-beta"])
        #expect(copied.status == 0, "\(copied.errors)")
    }

    @Test func `where neither the source nor the folder has the chart it is missing`() throws {
        let release = place.path + "/release"
        try files.copyItem(atPath: Sample.release, toPath: release)
        try files.removeItem(atPath: release + "/cloudgrid-1.0.0-beta.tgz")
        let result = try export(release: release)
        #expect(result.status == 6 && result.errors.contains("[set.missing]"), "\(result.errors)")
        try Data("no chart".utf8).write(to: URL(filePath: release + "/cloudgrid-1.0.0-beta.tgz"))
        let broken = try export(release: release)
        #expect(broken.status == 4 && broken.errors.contains("[chart.syntax]"), "\(broken.errors)")
        #expect(!exists(output))
    }
}
