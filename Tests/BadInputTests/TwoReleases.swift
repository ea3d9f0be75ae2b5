import CommandRunner
import Foundation
import Synchronization

/// Two versions of the sample release, and releases that are mixed of their parts.
struct TwoReleases: Sendable {
    static let versions = ["v1.0.0-beta", "v1.0.1"]

    /// A part of a release that is published by itself.
    enum Part: String, CaseIterable, Sendable {
        case manifest, values, chartArchive, chartArtifact, images, compose, environment, zips, checksums
        case zipChecksums, sboms, scans
    }

    private let place: Scratch
    /// What stands in `index.json`, by version.
    private let indexes: [Index]

    private struct Index: Codable {
        struct Entry: Codable {
            let mediaType: String
            let digest: String
            let size: Int
            var annotations: [String: String]?
            let platform: [String: String]?
            let artifactType: String?

            static let name = "org.opencontainers.image.ref.name"
            static let chart = "charts/cloudgrid:"

            var isChart: Bool { annotations?[Self.name]?.hasPrefix(Self.chart) == true }
        }

        let schemaVersion: Int
        var manifests: [Entry]
    }

    private static let made = Mutex<Result<TwoReleases, any Error>?>(nil)

    static func shared() throws -> TwoReleases {
        try made.withLock { made in
            let result = made ?? Result { try TwoReleases() }
            made = result
            return try result.get()
        }
    }

    private init() throws {
        place = try Scratch()
        let other = place.path + "/" + Self.versions[1]
        let said = try CommandRunner.run(
            CommandRunner.checkout + "/scripts/make-testdata",
            ["--version", Self.versions[1], "--output", other])
        guard said.status == 0 else { throw SampleError(said.errors) }
        let folder = place.path
        try FileManager.default.copyItem(
            atPath: Sample.folder + "/sample", toPath: folder + "/" + Self.versions[0])
        indexes = try Self.versions.map {
            try JSONDecoder().decode(Index.self, from: bytes("\(folder)/\($0)/images/index.json"))
        }
        // A source with the images of one version may have the chart of the other.
        for (version, from) in zip(Self.versions, Self.versions.reversed()) {
            try Self.addCharts(to: "\(folder)/\(version)/images", from: "\(folder)/\(from)/images", indexes)
        }
    }

    private static func addCharts(to layout: String, from other: String, _ indexes: [Index]) throws {
        struct Manifest: Decodable {
            struct Blob: Decodable {
                let digest: String
            }

            let config: Blob
            let layers: [Blob]
        }
        for chart in indexes.flatMap(\.manifests) where chart.isChart {
            let path = "/blobs/sha256/\(chart.digest.dropFirst(7))"
            guard exists(other + path) else { continue }
            let manifest = try JSONDecoder().decode(Manifest.self, from: bytes(other + path))
            let names = ([chart.digest, manifest.config.digest] + manifest.layers.map(\.digest)).map {
                "/blobs/sha256/\($0.dropFirst(7))"
            }
            for name in names where !exists(layout + name) {
                try FileManager.default.copyItem(atPath: other + name, toPath: layout + name)
            }
        }
    }

    private static func part(of name: String) -> Part {
        switch name {
        case "release-manifest.json": .manifest
        case "release-values.yaml": .values
        case "cloudgrid.env.example": .environment
        case _ where name.hasSuffix(".tgz"): .chartArchive
        case _ where name.hasSuffix(".zip"): .zips
        case _ where name.hasPrefix("checksums.txt"): .checksums
        case _ where name.hasPrefix("binaries-checksums.txt"): .zipChecksums
        case _ where name.contains(".spdx.json"): .sboms
        case _ where name.contains(".sarif"): .scans
        default: .compose
        }
    }

    /// A release of the first version with `parts` of the second, ready to be exported: its files, and its source.
    func mixed(_ parts: Set<Part>) throws -> (folder: Scratch, release: String, images: String) {
        let files = FileManager.default
        let folder = try Scratch()
        let (release, images) = (folder.path + "/release", folder.path + "/images")
        try files.createDirectory(atPath: release, withIntermediateDirectories: false)
        try files.createDirectory(atPath: images, withIntermediateDirectories: false)
        for (number, version) in Self.versions.enumerated() {
            let source = "\(place.path)/\(version)/release"
            for name in try files.contentsOfDirectory(atPath: source)
            where parts.contains(Self.part(of: name)) == (number == 1) {
                try files.linkItem(atPath: "\(source)/\(name)", toPath: "\(release)/\(name)")
            }
        }
        func number(_ part: Part) -> Int { parts.contains(part) ? 1 : 0 }
        let source = "\(place.path)/\(Self.versions[number(.images)])/images"
        try files.createSymbolicLink(atPath: images + "/blobs", withDestinationPath: source + "/blobs")
        try files.copyItem(atPath: source + "/oci-layout", toPath: images + "/oci-layout")
        var index = indexes[number(.images)]
        index.manifests.removeAll { $0.isChart }
        // The registry has the other chart under the tag that is asked for.
        let tag = Self.versions[number(.manifest)].dropFirst()
        index.manifests += indexes[number(.chartArtifact)].manifests.filter(\.isChart).map { chart in
            var chart = chart
            chart.annotations?[Index.Entry.name] = Index.Entry.chart + tag
            return chart
        }
        try JSONEncoder().encode(index).write(to: URL(filePath: images + "/index.json"))
        return (folder, release, images)
    }
}
