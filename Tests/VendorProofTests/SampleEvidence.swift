import Foundation
import OCI
import ReleaseSet
import StrictJSON
import Trust
import VendorProof

/// The sample release as a verifier meets it, in memory, where tests can change single things of it.
struct SampleEvidence {
    static let testdata =
        String(
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent().path) + "/testdata"
    static let now = Timestamp(seconds: 1_800_000_000)

    var version: String
    var commit: String
    var exceptions: [VulnerabilityException] = []
    var artifacts: [ReleaseEvidence.Artifact] = []
    var carriers: [ReleaseEvidence.Carrier] = []
    var files: [ReleaseEvidence.File] = []
    var blobs: [Digest: [UInt8]] = [:]

    /// - Parameter sample: the folder with `images` and `release`.
    init(_ sample: String = testdata + "/sample") throws {
        let manifest = try ReleaseManifest(json: Self.bytes(sample + "/release/release-manifest.json"))
        version = manifest.version.text
        commit = manifest.commit
        for name in try FileManager.default.contentsOfDirectory(atPath: sample + "/release").sorted() {
            try add(file: name, Self.bytes("\(sample)/release/\(name)"))
        }
        for image in manifest.images {
            artifacts.append(
                ReleaseEvidence.Artifact(
                    role: .image, name: image.name.description,
                    repository: try RepositoryName(image.shortName),
                    digest: image.digest))
        }
        try readImages(sample + "/images")
        try readConfigs()
    }

    /// Names the configs of the images, which the graph does in the product.
    private mutating func readConfigs() throws {
        for (number, artifact) in artifacts.enumerated() {
            let index = try ManifestDocument(
                blobs[artifact.digest] ?? [], name: artifact.name, mediaType: .ociIndex)
            let images = index.manifests.filter { $0.platform?.isUnknown != true }
            let configs = try images.compactMap { image in
                try ManifestDocument(
                    blobs[image.digest] ?? [], name: "\(image.digest)", mediaType: image.mediaType
                ).config.map {
                    ReleaseEvidence.Artifact.Config(platform: image.platform, descriptor: $0)
                }
            }
            artifacts[number] = ReleaseEvidence.Artifact(
                role: artifact.role, name: artifact.name, repository: artifact.repository,
                digest: artifact.digest, configs: configs)
        }
    }

    /// Replaces the labels in every config, as if the signed images had these.
    mutating func relabel(_ change: (inout [String: String]) -> Void) throws {
        var labels = [
            "org.opencontainers.image.version": version, "org.opencontainers.image.revision": commit,
            "org.opencontainers.image.source": "https://github.com/cloudgrid-dev/cloudgrid",
        ]
        change(&labels)
        let config = Array(try JSONEncoder().encode(["config": ["Labels": labels]]))
        reconfigure { _ in config }
    }

    /// Replaces every config.
    mutating func reconfigure(_ change: ([UInt8]) -> [UInt8]) {
        for (number, artifact) in artifacts.enumerated() {
            let configs = artifact.configs.map { config in
                let bytes = change(blobs[config.descriptor.digest] ?? [])
                let descriptor = Descriptor(of: bytes, mediaType: config.descriptor.mediaType)
                blobs[descriptor.digest] = bytes
                return ReleaseEvidence.Artifact.Config(platform: config.platform, descriptor: descriptor)
            }
            artifacts[number] = ReleaseEvidence.Artifact(
                role: artifact.role, name: artifact.name, repository: artifact.repository,
                digest: artifact.digest, configs: configs)
        }
    }

    private mutating func readImages(_ folder: String) throws {
        let index = try ManifestDocument(
            Self.bytes(folder + "/index.json"), name: "index.json", mediaType: .ociIndex)
        for file in try FileManager.default.contentsOfDirectory(atPath: folder + "/blobs/sha256") {
            guard let digest = Digest(hex: Array(file.utf8)) else { continue }
            blobs[digest] = try Self.bytes("\(folder)/blobs/sha256/\(file)")
        }
        // A referrer of a referrer lies in the repository of what that one refers to.
        var repositories = Dictionary(artifacts.map { ($0.digest, $0.repository) }) { first, _ in first }
        var documents: [(Descriptor, ManifestDocument)] = []
        for root in index.manifests where root.mediaType.kind == .manifest {
            let document = try ManifestDocument(
                blobs[root.digest] ?? [], name: "\(root.digest)", mediaType: root.mediaType)
            documents.append((root, document))
        }
        for _ in 0..<3 {
            for (root, document) in documents {
                guard let subject = document.subject, let repository = repositories[subject.digest] else {
                    continue
                }
                repositories[root.digest] = repository
            }
        }
        for (root, document) in documents {
            let name = root.annotations["org.opencontainers.image.ref.name"]?.split(separator: ":")
            if let name, name.count == 2, let tag = try? Tag(String(name[1])), let subject = tag.cosignSubject
            {
                carriers.append(
                    ReleaseEvidence.Carrier(
                        repository: try RepositoryName(String(name[0])), digest: root.digest,
                        subject: subject, tag: tag,
                        document: document))
            } else if let subject = document.subject, let repository = repositories[root.digest] {
                carriers.append(
                    ReleaseEvidence.Carrier(
                        repository: repository, digest: root.digest, subject: subject.digest, tag: nil,
                        document: document))
            }
        }
    }

    /// Adds a release file, or replaces the one of that name.
    mutating func add(file name: String, _ bytes: [UInt8]) throws {
        let name = try FileName(name)
        let digest = Digest(of: bytes)
        blobs[digest] = bytes
        files.removeAll { $0.name == name }
        files.append(ReleaseEvidence.File(name: name, digest: digest, size: Int64(bytes.count)))
    }

    func bytes(of file: String) -> [UInt8] {
        files.first { $0.name.text == file }.flatMap { blobs[$0.digest] } ?? []
    }

    /// Replaces the manifest and the one layer of what carries evidence.
    mutating func forge(
        _ isMeant: (ReleaseEvidence.Carrier) -> Bool,
        _ change: (inout [UInt8], inout [String: String]) throws -> Void,
    ) rethrows {
        for (number, carrier) in carriers.enumerated() where isMeant(carrier) {
            guard let layer = carrier.document.layers.first, var bytes = blobs[layer.digest] else { continue }
            var annotations = layer.annotations
            try change(&bytes, &annotations)
            let forged = Descriptor(of: bytes, mediaType: layer.mediaType, annotations: annotations)
            blobs[forged.digest] = bytes
            let manifest: JSONValue = [
                "schemaVersion": 2, "mediaType": .string(MediaType.ociManifest.text),
                "config": (carrier.document.config ?? .empty).json, "layers": .array([forged.json]),
            ]
            guard let json = try? manifest.canonical(),
                let document = try? ManifestDocument(json, name: "forged", mediaType: .ociManifest)
            else { continue }
            carriers[number] = ReleaseEvidence.Carrier(
                repository: carrier.repository, digest: Digest(of: json), subject: carrier.subject,
                tag: carrier.tag,
                document: document)
        }
    }

    var evidence: ReleaseEvidence {
        get throws {
            ReleaseEvidence(
                version: try ReleaseVersion(version), commit: commit, exceptions: exceptions,
                artifacts: artifacts,
                carriers: carriers,
                files: files.sorted { $0.name < $1.name })
        }
    }

    func report(_ trust: VendorTrust, now: Timestamp = now) throws -> VendorReport {
        try VendorReport(evidence, trust: trust, now: now) { digest in
            guard let bytes = blobs[digest] else { throw MissingBlob(digest: digest) }
            return bytes
        }
    }

    struct MissingBlob: Error {
        let digest: Digest
    }

    static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    /// The trust of the test data, with its text changed.
    static func trust(_ change: (inout String) -> Void = { _ in }) throws -> VendorTrust {
        let folder = testdata + "/trust"
        var text = try String(contentsOfFile: folder + "/trust.json", encoding: .utf8)
        change(&text)
        let file = try TrustFile(json: Array(text.utf8), name: "trust.json")
        return try file.vendorTrust { name in try bytes(folder + "/" + name) }
    }
}

extension VendorReport {
    func object(_ name: String) -> ObjectVerdict? {
        objects.first { $0.name == name || $0.name.hasSuffix("/" + name) }
    }
}
