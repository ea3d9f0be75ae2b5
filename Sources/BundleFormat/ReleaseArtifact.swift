package import OCI
package import ReleaseSet
import StrictJSON

/// One file of the release, as it travels: a layer of the release artifact.
package struct ReleaseFile: Hashable, Sendable {
    package let name: FileName
    package let digest: Digest
    /// Bytes.
    package let size: Int64

    package init(name: FileName, digest: Digest, size: Int64) {
        self.name = name
        self.digest = digest
        self.size = size
    }

    package var mediaType: MediaType { ReleaseFileType.mediaType(of: name) }
}

/// All files of the release in one OCI artifact, so that stock tools can list and fetch them.
///
/// bundle-spec/bundle-v1.md, section 3, "The release artifact".
package struct ReleaseArtifact: Hashable, Sendable {
    package static let artifactType = "application/vnd.cgbundle.release.v1"

    package let version: ReleaseVersion
    /// Sorted by name.
    package let files: [ReleaseFile]

    package init(version: ReleaseVersion, files: [ReleaseFile]) throws(ReleaseSetError) {
        try FileName.requireDistinct(files.map(\.name))
        self.version = version
        self.files = files.sorted { $0.name < $1.name }
    }

    package func file(named name: String) -> ReleaseFile? { files.first { $0.name.text == name } }

    package static let titleAnnotation = "org.opencontainers.image.title"
    package static let versionAnnotation = "org.opencontainers.image.version"

    /// The bytes of the artifact's manifest, canonical JSON.
    package var json: [UInt8] {
        get throws(JSONError) {
            let layers = files.map { file in
                Descriptor(
                    mediaType: file.mediaType, digest: file.digest, size: file.size,
                    annotations: [Self.titleAnnotation: file.name.text]
                ).json
            }
            let value: JSONValue = [
                "annotations": .object(JSONObject([(Self.versionAnnotation, .string(version.text))])),
                "artifactType": .string(Self.artifactType),
                "config": Descriptor.empty.json,
                "layers": .array(layers),
                "mediaType": .string(MediaType.ociManifest.text),
                "schemaVersion": 2,
            ]
            return try value.canonical()
        }
    }

    /// Reads the artifact from its manifest, which must be exactly what `json` gives.
    package init(_ document: ManifestDocument, bytes: [UInt8]) throws(Finding) {
        do {
            guard let text = document.annotations[Self.versionAnnotation] else {
                throw Finding.release("release.shape", "has no annotation \(Self.versionAnnotation)")
            }
            let files = try document.layers.map { layer in
                guard let title = layer.annotations[Self.titleAnnotation] else {
                    throw Finding.release("release.shape", "layer \(layer.digest) has no title")
                }
                return ReleaseFile(name: try FileName(title), digest: layer.digest, size: layer.size)
            }
            try self.init(version: try ReleaseVersion(text), files: files)
            guard try json == bytes else {
                throw Finding.release("release.canonical", "is not the canonical JSON of its files")
            }
        } catch let finding as Finding {
            throw finding
        } catch let error as ReleaseSetError {
            throw .release(error.reason, error.description)
        } catch {
            throw .release("release.shape", "\(error)")
        }
    }
}

extension Finding {
    static func release(_ reason: String, _ message: String) -> Finding {
        Finding(.format, reason, at: .releaseSet, "release artifact: " + message)
    }
}
