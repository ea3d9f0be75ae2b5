import Archive
import BundleFormat
import LibCrypto
import OCI
import ReleaseSet
import StrictJSON
import Trust

/// A whole release of a few KiB: an image for two platforms, the chart, three files.
struct MiniRelease {
    private(set) var shelf = Shelf()
    let index: BundleIndex
    let statement: Statement
    let manifest: Statement.Content

    static let noon = Timestamp(seconds: 1_793_620_800)

    /// - Parameters:
    ///   - salt: another one gives another release of the same version.
    ///   - layer: one more of the image, for which the shelf has no bytes.
    init(
        createdAt: Timestamp = noon, salt: String = "", revision: Int64 = 1, layer extra: Descriptor? = nil,
    ) throws {
        var shelf = Shelf()
        let platforms = try ["amd64", "arm64"].map { name in
            let layer = shelf.put(
                [UInt8](repeating: 7, count: 70_000) + Array((name + salt).utf8), as: .layer)
            return try shelf.manifest(
                config: shelf.put("{\"architecture\":\"\(name)\"}"),
                layers: [layer] + [extra].compactMap(\.self))
        }
        let image = try shelf.index(platforms)
        let chartBytes = try Self.chart(salt: salt)
        let chart = try shelf.manifest(
            config: shelf.put(#"{"name":"cloudgrid","version":"1.0.0"}"#, as: .helmConfig),
            layers: [shelf.put(chartBytes, as: .helmChart)])
        let version = try ReleaseVersion("v1.0.0")
        let list = Self.list(image.digest)
        manifest = Statement.Content(of: list)
        let files = [("release-manifest.json", list), ("cloudgrid-1.0.0.tgz", chartBytes), ("empty.txt", [])]
        let artifact = try ReleaseArtifact(
            version: version,
            files: try files.map { name, bytes in
                let digest = shelf.put(bytes, as: .empty).digest
                return ReleaseFile(name: try FileName(name), digest: digest, size: Int64(bytes.count))
            })
        _ = shelf.put("{}", as: .empty)
        let release = shelf.put(try artifact.json, as: .ociManifest)
        index = try BundleIndex([
            IndexEntry(
                kind: .image, repository: RepositoryName("cloudgrid-bff"), descriptor: image,
                sourceName: "x.test/y/cloudgrid-bff:v1.0.0"),
            IndexEntry(
                kind: .chart, repository: RepositoryName("charts/cloudgrid"), descriptor: chart,
                sourceName: "x.test/y/charts/cloudgrid:1.0.0"),
            IndexEntry(
                kind: .release, repository: RepositoryName("releases/cloudgrid"), descriptor: release,
                sourceName: "x.test/y/releases/cloudgrid:v1.0.0"),
        ])
        self.shelf = shelf
        let held = shelf.blobs
        var walk = GraphWalk(index) { held[$0.digest] }
        try walk.run()
        let content = Statement.Content(of: try index.json)
        statement = Statement(
            product: try FileName("cloudgrid"), channel: try FileName("release"), version: version,
            revision: revision, createdAt: createdAt, expires: nil, index: content, release: manifest,
            entries: [try BundleEntry(index: content)]
                + (try walk.graph.blobs.map { try BundleEntry(blob: $0.digest, size: $0.node.size) }),
            tool: Statement.Tool(name: "cgbundle", version: "0"))
    }

    /// What it has not, compared with a whole release: it is judged with these allowed to be missing.
    static let gaps = Set(ReleaseService.all.map(\.image)).union([
        "cloudgrid-bff.spdx.json", "cloudgrid-bff.grype.sarif", "cloudgrid-chart.spdx.json",
        "release-values.yaml", "cloudgrid-bff:linux/amd64", "cloudgrid-bff:linux/arm64",
    ])

    /// A packed chart of one file, in one stored block of gzip.
    private static func chart(salt: String) throws -> [UInt8] {
        let content = Array("name: cloudgrid\nversion: 1.0.0\n# \(salt)\n".utf8)
        let path = try EntryPath("cloudgrid/Chart.yaml")
        let padding = Int(TarHeader.paddedSize(Int64(content.count))) - content.count
        let tar =
            try TarHeader.bytes(path: path, size: Int64(content.count)) + content
            + [UInt8](repeating: 0, count: padding + TarHeader.endOfArchive)
        let length = [UInt8(tar.count & 0xFF), UInt8(tar.count >> 8)]
        // The checksum is left at zero: what is carried has digests, and libarchive does not look at it.
        let end = [0, 0, 0, 0] + length + [0, 0]
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 1] + length + length.map { ~$0 } + tar + end
    }

    private static func list(_ image: Digest) -> [UInt8] {
        let commit = String(repeating: "0", count: 40)
        let text =
            #"{"version":"v1.0.0","commit":"\#(commit)","images":["#
            + #"{"image":"x.test/y/cloudgrid-bff","digest":"\#(image)","versionTag":"v1.0.0"}]}"#
        return Array(text.utf8)
    }

    func plan(signedBy keys: [PrivateKey]) throws -> BundlePlan {
        try BundlePlan(statement: statement, index: index) { bytes in
            try keys.map { try SigstoreBundle(signing: bytes, with: $0).json }
        }
    }

    var source: ShelfSource { ShelfSource(shelf.blobs) }
}
