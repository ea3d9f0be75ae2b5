import CommandRunner
import Foundation
import OCI
import Servers
import Testing

/// An image whose attestation is an OCI artifact inside of the image's index, with a platform manifest as its subject:
/// BuildKit writes it with `oci-artifact=true`.
@Suite struct NestedReferrerTests {
    private let folder: WorkFolder
    private let sample: Sample

    init() throws {
        folder = try WorkFolder()
        sample = try Sample.shared()
    }

    private static let artifactType = "application/vnd.docker.attestation.manifest.v1+json"
    private static let manifestType = "application/vnd.oci.image.manifest.v1+json"

    private struct Image {
        let index: String
        let platform: String
        let attestation: String
    }

    /// Adds the image to a copy of the sample's layout.
    private func makeImage(in layout: String) throws -> Image {
        try FileManager.default.copyItem(
            atPath: CommandRunner.checkout + "/testdata/sample/images", toPath: layout)
        func add(_ text: String) throws -> (digest: String, size: Int) {
            let bytes = Array(text.utf8)
            let digest = Digest(of: bytes)
            try Data(bytes).write(to: URL(filePath: "\(layout)/blobs/sha256/\(digest.hex)"))
            return (digest.description, bytes.count)
        }
        func descriptor(_ type: String, _ blob: (digest: String, size: Int), _ rest: String = "") -> String {
            #"{"mediaType":"\#(type)","digest":"\#(blob.digest)","size":\#(blob.size)\#(rest)}"#
        }
        func manifest(config: String, layer: String, _ rest: String = "") -> String {
            #"{"schemaVersion":2,"mediaType":"\#(Self.manifestType)","config":\#(config),"layers":[\#(layer)]\#(rest)}"#
        }
        let config = try add(
            #"{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"#)
        let platform = try add(
            manifest(
                config: descriptor("application/vnd.oci.image.config.v1+json", config),
                layer: descriptor("application/vnd.oci.image.layer.v1.tar", try add("a layer"))))
        let subject = descriptor(Self.manifestType, platform)
        let statement = try add(#"{"_type":"https://in-toto.io/Statement/v1"}"#)
        let attestation = try add(
            manifest(
                config: descriptor("application/vnd.oci.empty.v1+json", try add("{}")),
                layer: descriptor("application/vnd.in-toto+json", statement),
                #","artifactType":"\#(Self.artifactType)","subject":\#(subject)"#))
        let children = [
            descriptor(Self.manifestType, platform, #","platform":{"architecture":"amd64","os":"linux"}"#),
            descriptor(
                Self.manifestType, attestation,
                #","annotations":{"vnd.docker.reference.digest":"\#(platform.digest)","#
                    + #""vnd.docker.reference.type":"attestation-manifest"},"#
                    + #""platform":{"architecture":"unknown","os":"unknown"}"#),
        ].joined(separator: ",")
        let type = "application/vnd.oci.image.index.v1+json"
        let index = try add(#"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[\#(children)]}"#)
        return Image(index: index.digest, platform: platform.digest, attestation: attestation.digest)
    }

    @Test func `an attestation inside of an index gets the fallback tag of its subject`() throws {
        let (layout, bundle) = (folder.path + "/layout", folder.path + "/cloudgrid.tar")
        let image = try makeImage(in: layout)
        let exported = try sample.export(
            images: layout, to: bundle, "--image", "nowhere.invalid/approved/tool:1@\(image.index)")
        #expect(exported.status == 0, "\(exported.errors)")
        // Debian's docker-registry has no referrers API.
        let target = try Target()
        let imported = try target.importDirectly(bundle)
        #expect(imported.status == 0, "\(imported.errors)")
        #expect(try target.view.digest("tool", "1") == image.index)
        let tag = image.platform.replacing(":", with: "-")
        let list = try target.view.manifest("tool", tag).orThrow("no list tool:\(tag)")
        let listed = try OCIDocument(list.bytes).manifests ?? []
        #expect(listed.map(\.digest) == [image.attestation])
        #expect(listed.first?.artifactType == Self.artifactType)
        #expect(try target.view.tags("tool") == ["1", tag])
    }
}
