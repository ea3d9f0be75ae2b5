import StrictJSON

/// An image index or an image manifest, parsed from bytes that carry a digest and are never written again.
///
/// The kind comes from the descriptor that named the document. The document's own `mediaType`, if there is one,
/// must be equal, and members that belong to the other kind are refused: one sequence of bytes must not be read
/// as two things (CVE-2021-41190).
///
/// OCI image-spec 1.1.1, image-index.md and manifest.md.
package struct ManifestDocument: Hashable, Sendable {
    package static let maximumSize = 4 << 20
    package static let maximumDescriptors = 4096

    package let mediaType: MediaType
    /// The children of an index; empty for a manifest.
    package let manifests: [Descriptor]
    /// The config of a manifest.
    package let config: Descriptor?
    /// The layers of a manifest; empty for an index.
    package let layers: [Descriptor]
    package let subject: Descriptor?
    package let annotations: [String: String]
    package let artifactType: String?

    package init(_ bytes: [UInt8], name: String, mediaType: MediaType) throws(OCIError) {
        let limits = JSONLimits(bytes: Self.maximumSize)
        let node: JSONNode
        do {
            node = try StrictJSON.parseObject(bytes, name: name, limits: limits)
            try KnownMembers.manifest.check(node)
        } catch {
            throw .json(error)
        }
        try Self.check(node, is: mediaType, named: name)
        self.mediaType = mediaType
        let schema = try OCIError.shaped { () throws(JSONError) in try node.member("schemaVersion").integer()
        }
        guard schema == 2 else { throw .schemaVersion(schema, in: name) }
        annotations = try Descriptor.annotations(of: node)
        artifactType = try OCIError.shaped { () throws(JSONError) in
            try node.optional("artifactType")?.string()
        }
        let referred = try OCIError.shaped { () throws(JSONError) in try node.optional("subject") }
        subject = try referred.map { (found) throws(OCIError) in try Descriptor(json: found) }
        if mediaType.kind == .index {
            manifests = try Self.descriptors("manifests", of: node)
            config = nil
            layers = []
        } else {
            manifests = []
            let found = try OCIError.shaped { () throws(JSONError) in try node.member("config") }
            config = try Descriptor(json: found)
            layers = try Self.descriptors("layers", of: node)
        }
    }

    /// Every piece of content that the document names, its subject excepted.
    package var references: [Descriptor] {
        manifests + (config.map { [$0] } ?? []) + layers
    }

    private static func check(_ node: JSONNode, is mediaType: MediaType, named name: String) throws(OCIError)
    {
        let own = try OCIError.shaped { () throws(JSONError) in try node.optional("mediaType")?.string() }
        let foreign: [String]
        switch mediaType.kind {
        case .index: foreign = ["config", "layers", "fsLayers", "blobs"]
        case .manifest: foreign = ["manifests", "fsLayers", "history", "signatures"]
        case .schema1: throw .schema1(name)
        case .blob: throw .unknownType(mediaType, name)
        }
        let members = try OCIError.shaped { () throws(JSONError) in try node.object() }
        if let member = foreign.first(where: { members[$0] != nil }) {
            throw .confusion(name, mediaType, member: member)
        }
        if let own {
            guard own == mediaType.text else {
                throw .mismatch(name, expected: mediaType, found: MediaType(own))
            }
        } else if mediaType != .ociIndex && mediaType != .ociManifest {
            throw .mismatch(name, expected: mediaType, found: nil)
        }
    }

    private static func descriptors(_ member: String, of node: JSONNode) throws(OCIError) -> [Descriptor] {
        let nodes = try OCIError.shaped { () throws(JSONError) in try node.member(member).array() }
        guard nodes.count <= maximumDescriptors else {
            throw .tooMany(node.document, found: nodes.count, limit: maximumDescriptors)
        }
        var found: [Descriptor] = []
        for node in nodes { found.append(try Descriptor(json: node)) }
        return found
    }
}
