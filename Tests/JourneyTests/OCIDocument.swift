import Foundation

/// What these tests read of a manifest or an index, with Foundation's decoder in place of the product's.
struct OCIDocument: Decodable {
    struct Descriptor: Decodable {
        let mediaType: String
        let digest: String
        let size: Int
        let annotations: [String: String]?
        let artifactType: String?

        var isEvidence: Bool {
            ["vnd.dev.cosign.", "vnd.dsse.", "vnd.dev.sigstore."].contains { mediaType.contains($0) }
        }

        var isFileSystem: Bool { [".image.layer.", ".image.rootfs."].contains { mediaType.contains($0) } }
    }

    let manifests: [Descriptor]?
    let config: Descriptor?
    let layers: [Descriptor]?
    let subject: Descriptor?

    init(_ bytes: [UInt8]) throws {
        self = try JSONDecoder().decode(OCIDocument.self, from: Data(bytes))
    }

    var blobs: [Descriptor] { (config.map { [$0] } ?? []) + (layers ?? []) }
}
