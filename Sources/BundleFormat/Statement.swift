import Archive
package import OCI
package import ReleaseSet
import StrictJSON
package import Trust

/// The signed document that fixes every byte of a bundle after itself.
///
/// bundle-spec/bundle-v1.md, section 4.
package struct Statement: Hashable, Sendable {
    package static let type = "https://cgbundle.dev/statement/v1"
    package static let formatVersion: Int64 = 1
    package static let maximumSize = 16 << 20

    package struct Content: Hashable, Sendable {
        package let digest: Digest
        /// Bytes.
        package let size: Int64

        package init(digest: Digest, size: Int64) {
            self.digest = digest
            self.size = size
        }

        package init(of bytes: [UInt8]) {
            self.init(digest: Digest(of: bytes), size: Int64(bytes.count))
        }
    }

    /// Who wrote the bundle. Informs only: nothing is decided by it.
    package struct Tool: Hashable, Sendable {
        package let name: String
        package let version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    package var product: FileName
    package var channel: FileName
    package var version: ReleaseVersion
    package var revision: Int64
    package var createdAt: Timestamp
    package var expires: Timestamp?
    package var index: Content
    package var release: Content
    /// `index.json` first, then every blob in tar order.
    package var entries: [BundleEntry]
    package var restSize: Int64
    package var tool: Tool

    package init(
        product: FileName, channel: FileName, version: ReleaseVersion, revision: Int64, createdAt: Timestamp,
        expires: Timestamp?, index: Content, release: Content, entries: [BundleEntry], tool: Tool,
    ) {
        self.product = product
        self.channel = channel
        self.version = version
        self.revision = revision
        self.createdAt = createdAt
        self.expires = expires
        self.index = index
        self.release = release
        self.entries = entries
        self.tool = tool
        restSize = BundleLayout.restSize(of: entries)
    }

    /// The blobs alone.
    package var blobs: ArraySlice<BundleEntry> { entries.dropFirst() }

    package var blobBytes: Int64 { blobs.reduce(0) { $0 + $1.size } }

    /// The name of this bundle's place in a record, and its tag in a registry: `v1.0.0-beta-r2`.
    package var versionAndRevision: String { "\(version.text)-r\(revision)" }

    /// The tag of the release artifact: revision 1 is the release itself.
    package var releaseTag: String { revision == 1 ? version.text : versionAndRevision }

    /// The bytes that are signed, canonical JSON.
    package var json: [UInt8] {
        get throws(JSONError) { try value.canonical() }
    }

    var value: JSONValue {
        var object: JSONObject = [
            "_type": .string(Self.type),
            "channel": .string(channel.text),
            "counts": [
                "blobBytes": .integer(blobBytes), "blobs": .integer(Int64(blobs.count)),
                "entries": .integer(Int64(entries.count)),
            ],
            "createdAt": .string(createdAt.description),
            "entries": .array(
                entries.map {
                    [
                        "digest": .string($0.digest.description), "path": .string($0.path.text),
                        "size": .integer($0.size),
                    ]
                }),
            "formatVersion": .integer(Self.formatVersion),
            "index": index.value,
            "product": .string(product.text),
            "release": release.value,
            "restSize": .integer(restSize),
            "revision": .integer(revision),
            "tool": ["name": .string(tool.name), "version": .string(tool.version)],
            "version": .string(version.text),
        ]
        if let expires { object["expires"] = .string(expires.description) }
        return .object(object)
    }
}

extension Statement.Content {
    var value: JSONValue { ["digest": .string(digest.description), "size": .integer(size)] }
}
