import BundleFormat
import Foundation
import LibCrypto
import OCI
import ReleaseSet
import SystemPackage
import Trust
import VendorProof

@testable import ReleaseRecord

enum Samples {
    static let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let golden = FilePath(project.appending(path: "testdata/golden/golden.tar").path)
    static let target = "registry.example.com/cloudgrid"
    static let noon = 1_793_620_800

    static func time(_ offset: Int = 0) -> Timestamp { Timestamp(seconds: Int64(noon + offset)) }

    static func digest(_ text: String) -> Digest { Digest(of: [UInt8](text.utf8)) }

    static func key(_ number: UInt8) throws -> KeyID {
        guard let key = KeyID(bytes: [UInt8](repeating: number, count: 32)) else {
            throw CocoaError(.coderInvalidValue)
        }
        return key
    }

    static func bundle(_ path: FilePath = golden) async throws -> VerifiedBundle {
        let pem = [UInt8](try Data(contentsOf: project.appending(path: "testdata/keys/alice.pub")))
        let policy = try SignerPolicy(keys: [try PublicKey(pem: pem)])
        let events = AsyncStream.makeStream(of: TransferEvent.self).continuation
        return try await BundleReader(path).statement(acceptedBy: policy).verified(width: 1, events: events)
    }

    static func plan(_ bundle: VerifiedBundle, pullSecret: PullSecretName? = nil) throws -> RecordPlan {
        try RecordPlan(
            bundle, target: target, pullLocation: try RegistryLocation(target), pullSecret: pullSecret,
            vendor: try bundle.vendorReport(.none(now: Timestamp(seconds: 0))))
    }

    /// What an importer reads back when everything went well.
    static func tags(of bundle: VerifiedBundle) throws -> [RecordContents.TagResult] {
        try bundle.index.entries.flatMap { entry in
            let tags: [Tag] =
                switch entry.kind {
                case .image:
                    [try Tag(bundle.statement.version.text)]
                        + bundle.manifest.images.filter { $0.shortName == entry.repository.text }
                        .compactMap(\.commitTag)
                case .chart: [try Tag(bundle.statement.version.chartVersion)]
                case .release: [try Tag(bundle.statement.releaseTag)]
                case .extraImage, .signature: entry.tag.map { [$0] } ?? []
                case .referrer: []
                }
            return tags.map {
                RecordContents.TagResult(repository: entry.repository, tag: $0, digest: entry.digest)
            }
        }
    }

    static func contents(
        _ bundle: VerifiedBundle, tags: [RecordContents.TagResult]? = nil,
        leftAlone: [RecordContents.TagResult] = [], overrides: [RecordContents.Override] = [],
        pullSecret: PullSecretName? = nil,
    ) throws -> RecordContents {
        RecordContents(
            plan: try plan(bundle, pullSecret: pullSecret), tags: try tags ?? Samples.tags(of: bundle),
            leftAlone: leftAlone,
            counts: RecordContents.Counts(
                uploaded: 40, uploadedBytes: 147_821, mounted: 7, manifests: 42, tagged: 19),
            warnings: [
                Finding(
                    .policy, "sums.missing", at: .releaseSet, "release-values.yaml: is in no checksum file")
            ],
            options: ["--no-vendor-proof"], overrides: overrides,
            trusted: [TrustedFile(.key, at: "exporter.pub", Array("key".utf8))],
            tool: Statement.Tool(name: "cgbundle", version: "1.0.0"), importedAt: time())
    }
}

extension Scratch {
    func log() throws -> RecordLog {
        guard let folder = try RecordFolder.root(record) else { throw CocoaError(.fileNoSuchFile) }
        return try RecordLog(in: folder)
    }
}

enum PullSecretNameSample {
    static var name: PullSecretName { get throws { try PullSecretName("mirror") } }
}

/// Every name below a folder with its kind, size and link target.
struct RunListing: Equatable {
    private let lines: [String: String]

    init(_ scratch: Scratch) throws {
        var lines: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: scratch.url.path) {
            let path = scratch.url.appending(path: name).path
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            let kind = (attributes[.type] as? FileAttributeType)?.rawValue ?? "?"
            let size = (attributes[.size] as? NSNumber)?.intValue ?? 0
            let number = (attributes[.systemFileNumber] as? NSNumber)?.intValue ?? 0
            lines[name] = "\(kind) \(size) \(number)"
        }
        self.lines = lines
    }
}
