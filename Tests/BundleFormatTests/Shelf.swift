import BundleFormat
import OCI
import StrictJSON

/// Content by digest, and documents that name it, put together by hand so that each of them can lie.
struct Shelf {
    private(set) var blobs: [Digest: [UInt8]] = [:]

    mutating func put(_ text: String, as type: MediaType = MediaType("application/octet-stream"))
        -> Descriptor
    {
        put(Array(text.utf8), as: type)
    }

    mutating func put(_ bytes: [UInt8], as type: MediaType) -> Descriptor {
        let descriptor = Descriptor(of: bytes, mediaType: type)
        blobs[descriptor.digest] = bytes
        return descriptor
    }

    mutating func manifest(
        config: Descriptor? = nil, layers: [Descriptor] = [], subject: Descriptor? = nil,
    ) throws -> Descriptor {
        var object: JSONObject = [
            "config": (config ?? put("{}", as: .empty)).json, "layers": .array(layers.map(\.json)),
            "mediaType": .string(MediaType.ociManifest.text), "schemaVersion": 2,
        ]
        if let subject { object["subject"] = subject.json }
        return put(try JSONValue.object(object).canonical(), as: .ociManifest)
    }

    mutating func index(_ children: [Descriptor]) throws -> Descriptor {
        let value: JSONValue = [
            "manifests": .array(children.map(\.json)), "mediaType": .string(MediaType.ociIndex.text),
            "schemaVersion": 2,
        ]
        return put(try value.canonical(), as: .ociIndex)
    }

    mutating func lose(_ digest: Digest) {
        blobs[digest] = nil
    }

    /// The walk from roots of these names, finished.
    func walk(_ roots: [(String, Descriptor)]) throws -> GraphWalk {
        let entries = try roots.map { name, descriptor in
            IndexEntry(
                kind: .image, repository: try RepositoryName(name), descriptor: descriptor,
                sourceName: "x.test/\(name)")
        }
        var walk = GraphWalk(try BundleIndex(entries)) { blobs[$0.digest] }
        try walk.run()
        return walk
    }
}

extension Descriptor {
    /// The same content, said otherwise.
    func with(mediaType: MediaType? = nil, size: Int64? = nil) -> Descriptor {
        Descriptor(mediaType: mediaType ?? self.mediaType, digest: digest, size: size ?? self.size)
    }
}

extension MediaType {
    static let layer = MediaType("application/vnd.oci.image.layer.v1.tar+gzip")
}
