import BundleFormat
import CommandRunner
import Foundation
import OCI

/// An OCI image layout of one image, to which a test adds what is to prove it.
struct SignedImageLayout {
    let folder: String
    private let image: Digest
    private var roots: [String] = []

    static let name = "ghcr.io/cloudgrid-dev/cloudgrid-bff"
    static let index = "application/vnd.oci.image.index.v1+json"
    private static let manifest = "application/vnd.oci.image.manifest.v1+json"
    private static let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json"

    /// - Parameter image: the bytes of the image's index.
    init(in place: Scratch, image bytes: [UInt8]) throws {
        folder = place.path + "/layout"
        image = Digest(of: bytes)
        try FileManager.default.createDirectory(
            atPath: folder + "/blobs/sha256", withIntermediateDirectories: true)
        try Data(#"{"imageLayoutVersion":"1.0.0"}"#.utf8).write(to: URL(filePath: folder + "/oci-layout"))
        try add(bytes, as: Self.index, named: "cloudgrid-bff:v1.0.0-beta")
    }

    /// The image as an operator names it.
    var reference: String { "\(Self.name)@\(image)" }

    /// A layer of cosign 2's tag; `annotations` are JSON.
    mutating func tag(_ ending: String, _ layer: [UInt8], annotations: String) throws {
        let type =
            ending == "sig"
            ? "application/vnd.dev.cosign.simplesigning.v1+json" : "application/vnd.dsse.envelope.v1+json"
        let config = try put(Array("{}".utf8))
        let bytes = try document(
            layer: layer, type, #","annotations":\#(annotations)"#,
            config: #"{"mediaType":"application/vnd.oci.image.config.v1+json",\#(config)}"#)
        try add(bytes, as: Self.manifest, named: "cloudgrid-bff:sha256-\(image.hex).\(ending)")
    }

    /// A Sigstore bundle that refers to the image, as cosign 3 attaches it.
    mutating func refer(_ bundle: [UInt8]) throws {
        let config = try put(Array("{}".utf8))
        let size = try Data(contentsOf: URL(filePath: path(image))).count
        let bytes = try document(
            layer: bundle, Self.bundle, "",
            config: #"{"mediaType":"application/vnd.oci.empty.v1+json",\#(config)}"#,
            more: #""artifactType":"\#(Self.bundle)","#
                + #""subject":{"mediaType":"\#(Self.index)","digest":"\#(image)","size":\#(size)},"#)
        try add(bytes, as: Self.manifest, named: nil)
    }

    private func document(
        layer: [UInt8], _ type: String, _ annotations: String, config: String, more: String = "",
    ) throws -> [UInt8] {
        let content = try put(layer)
        return Array(
            #"""
            {"schemaVersion":2,"mediaType":"\#(Self.manifest)",\#(more)"config":\#(config),
             "layers":[{"mediaType":"\#(type)",\#(content)\#(annotations)}]}
            """#.utf8)
    }

    private func path(_ digest: Digest) -> String { "\(folder)/blobs/sha256/\(digest.hex)" }

    /// Stores a blob, and gives the members of its descriptor that say which it is.
    private func put(_ bytes: [UInt8]) throws -> String {
        let digest = Digest(of: bytes)
        try Data(bytes).write(to: URL(filePath: path(digest)))
        return #""digest":"\#(digest)","size":\#(bytes.count)"#
    }

    private mutating func add(_ bytes: [UInt8], as type: String, named name: String?) throws {
        let annotations = name.map { #","annotations":{"org.opencontainers.image.ref.name":"\#($0)"}"# } ?? ""
        roots.append(#"{"mediaType":"\#(type)",\#(try put(bytes))\#(annotations)}"#)
        let index =
            #"{"schemaVersion":2,"mediaType":"\#(Self.index)","manifests":[\#(roots.joined(separator: ","))]}"#
        try Data(index.utf8).write(to: URL(filePath: folder + "/index.json"))
    }
}
