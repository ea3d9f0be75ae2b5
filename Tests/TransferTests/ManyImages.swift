import Foundation
import OCI
import Servers

/// As many small images as a test wants, in a registry, each with its own config and layers.
struct ManyImages {
    let count: Int
    let blobs: Int
    /// What `cgbundle export` is given for them.
    let options: [String]

    init(_ count: Int, layers: Int, bytes: Int, in registry: FakeRegistry) {
        self.count = count
        blobs = count * (layers + 1)
        var options: [String] = []
        for number in 1...count {
            let repository = "library/image-\(number)"
            let contents = (1...layers).map { layer in
                Array("\(number) \(layer) ".utf8) + [UInt8](repeating: UInt8(layer), count: bytes)
            }
            let config = Array(
                #"{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"n":\#(number)}"#
                    .utf8)
            for content in contents + [config] {
                registry.shelve(Data(content), digest: Digest(of: content).description, in: repository)
            }
            let digest = Self.shelve(config, contents, in: registry, repository)
            options += [
                "--image", "\(registry.authority)/\(repository):1@\(digest)=extra/image-\(number):1",
            ]
        }
        self.options = options
    }

    private static func shelve(
        _ config: [UInt8], _ layers: [[UInt8]], in registry: FakeRegistry, _ repository: String
    ) -> String {
        func descriptor(_ type: String, _ content: [UInt8]) -> String {
            #"{"mediaType":"application/vnd.oci.image.\#(type)","digest":"\#(Digest(of: content))","size":\#(content.count)}"#
        }
        let listed = layers.map { descriptor("layer.v1.tar", $0) }.joined(separator: ",")
        let type = MediaType.ociManifest.text
        let manifest = Array(
            #"{"schemaVersion":2,"mediaType":"\#(type)","config":\#(descriptor("config.v1+json", config)),"layers":[\#(listed)]}"#
                .utf8)
        let digest = Digest(of: manifest).description
        registry.shelve(manifest: manifest, type: type, digest: digest, tag: "1", in: repository)
        return digest
    }
}
