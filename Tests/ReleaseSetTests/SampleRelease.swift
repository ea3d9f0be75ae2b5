import Foundation
import OCI

@testable import ReleaseSet

/// The files of the sample release in memory, so that a test can change one of them before they are judged.
struct SampleRelease: ReleaseFileSource {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "testdata")
    static let original = Result { try SampleRelease(reading: folder.appending(path: "sample/release")) }

    var files: [String: [UInt8]]
    var chartFiles: [String: [UInt8]]
    var chartConfig: ChartMetadata? = ChartMetadata(
        name: "cloudgrid", version: "1.0.0-beta", appVersion: "1.0.0-beta")
    /// Applied to the parts before the files are read.
    var arrange: @Sendable (inout ReleaseParts) throws -> Void = { _ in }

    private init(reading folder: URL) throws {
        var files: [String: [UInt8]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
            files[name] = [UInt8](try Data(contentsOf: folder.appending(path: name)))
        }
        self.files = files
        let chart = Self.folder.appending(path: "make/files/chart")
        func filled(_ name: String) throws -> [UInt8] {
            let text = String(decoding: try Data(contentsOf: chart.appending(path: name)), as: UTF8.self)
            return Array(
                text.replacing("@CHART_VERSION@", with: "1.0.0-beta").replacing(
                    "@VERSION@", with: "v1.0.0-beta"
                )
                .utf8)
        }
        chartFiles = [:]
        let profiles = ["enterprise", "local", "small"].map { "profiles/\($0).yaml" }
        for name in ["Chart.yaml", "values.yaml"] + profiles {
            chartFiles[name] = try filled(name)
        }
    }

    func bytes(of name: FileName) throws -> [UInt8] { files[name.text] ?? [] }

    func forEachChunk(of name: FileName, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        // Small pieces, so that every border inside of a document is met.
        let bytes = try bytes(of: name)
        for start in stride(from: 0, to: bytes.count, by: 61) {
            try Array(bytes[start...].prefix(61)).withUnsafeBytes(body)
        }
    }

    mutating func replace(_ text: String, with other: String, in name: String) {
        files[name] = Array(
            String(decoding: files[name] ?? [], as: UTF8.self).replacing(text, with: other).utf8)
    }

    mutating func append(_ text: String, to name: String) {
        files[name, default: []] += Array(text.utf8)
    }

    mutating func replaceInChart(_ text: String, with other: String, in path: String) {
        let old = String(decoding: chartFiles[path] ?? [], as: UTF8.self)
        chartFiles[path] = Array(old.replacing(text, with: other).utf8)
    }

    /// Makes the checksum lists again, so that a changed file does not contradict them.
    mutating func listAgain() {
        for list in ["checksums.txt", "binaries-checksums.txt"] {
            guard let old = files[list] else { continue }
            let lines = String(decoding: old, as: UTF8.self).split(separator: "\n").map { line in
                let path = line.dropFirst(66)
                let name = String(path.split(separator: "/").last ?? "")
                return (files[name].map { Digest(of: $0).hex } ?? String(line.prefix(64))) + "  " + path
                    + "\n"
            }
            files[list] = Array(lines.joined().utf8)
        }
    }

    /// Takes the lines for a file out of the checksum lists.
    mutating func unlist(_ name: String) {
        for list in ["checksums.txt", "binaries-checksums.txt"] {
            guard let old = files[list] else { continue }
            let lines = String(decoding: old, as: UTF8.self).split(separator: "\n")
            let kept = lines.filter { !$0.hasSuffix("/" + name) }.map { $0 + "\n" }
            files[list] = Array(kept.joined().utf8)
        }
    }

    func parts() throws -> ReleaseParts {
        let manifest = try ReleaseManifest(json: files[ReleaseManifest.name] ?? [])
        var listed: [FileName: ReleaseParts.File] = [:]
        for (name, bytes) in files {
            listed[try FileName(name)] = ReleaseParts.File(
                digest: Digest(of: bytes), size: Int64(bytes.count))
        }
        let platforms = ["amd64", "arm64"].map { Platform(os: "linux", architecture: $0) }
        let original = try ReleaseManifest(json: try Self.original.get().files[ReleaseManifest.name] ?? [])
        let images = original.images.map { image in
            let manifests = ["amd64", "arm64"].map { Digest(of: Array("\(image.shortName) \($0)".utf8)) }
            return (
                image.shortName,
                ReleaseParts.Image(digest: image.digest, platforms: platforms, manifests: Set(manifests))
            )
        }
        var parts = ReleaseParts(
            version: try ReleaseVersion("v1.0.0-beta"), manifest: manifest, files: listed,
            images: Dictionary(uniqueKeysWithValues: images))
        parts.chart.config = chartConfig
        parts.chart.layer = try Self.original.get().files["cloudgrid-1.0.0-beta.tgz"].map { Digest(of: $0) }
        try arrange(&parts)
        try parts.read(from: self, chartFiles: chartFiles)
        return parts
    }

    static func findings(_ change: (inout SampleRelease) throws -> Void = { _ in }) throws -> [SetFinding] {
        var release = try original.get()
        try change(&release)
        return Coherence(try release.parts()).findings
    }

    /// What a change adds to the findings of the sample.
    static func newFindings(_ change: (inout SampleRelease) throws -> Void) throws -> [SetFinding] {
        let known = Set(try findings())
        return try findings(change).filter { !known.contains($0) }
    }
}
