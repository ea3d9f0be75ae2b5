package import StrictJSON

/// What a document says of another piece of content: its type, its name and its size.
///
/// OCI image-spec 1.1.1, descriptor.md. Members that this type does not know stay in the document's own bytes,
/// which are always passed on as read.
package struct Descriptor: Hashable, Sendable {
    package var mediaType: MediaType
    package var digest: Digest
    /// Bytes, 0 to 2^53-1.
    package var size: Int64
    package var annotations: [String: String]
    package var platform: Platform?
    package var artifactType: String?
    /// Where a foreign layer says it lives. Never fetched.
    package var hasURLs: Bool

    package init(
        mediaType: MediaType, digest: Digest, size: Int64, annotations: [String: String] = [:],
        platform: Platform? = nil, artifactType: String? = nil,
    ) {
        self.mediaType = mediaType
        self.digest = digest
        self.size = size
        self.annotations = annotations
        self.platform = platform
        self.artifactType = artifactType
        hasURLs = false
    }

    /// Whether the bytes are said to lie elsewhere: a list of URLs, or a type that means it.
    package var isForeign: Bool {
        hasURLs || mediaType.text.contains(".nondistributable.") || mediaType.text.contains(".foreign.")
    }

    /// The descriptor of `bytes` themselves.
    package init(of bytes: [UInt8], mediaType: MediaType, annotations: [String: String] = [:]) {
        self.init(
            mediaType: mediaType, digest: Digest(of: bytes), size: Int64(bytes.count),
            annotations: annotations)
    }

    /// OCI image-spec 1.1.1, manifest.md, "Guidance for an Empty Descriptor".
    package static let empty = Descriptor(of: Array("{}".utf8), mediaType: .empty)
    package static let emptyContent = Array("{}".utf8)
}

extension Descriptor {
    package static let maximumDataSize = 65_536

    package init(json node: JSONNode) throws(OCIError) {
        mediaType = MediaType(
            try OCIError.shaped { () throws(JSONError) in try node.member("mediaType").string() })
        let name = try OCIError.shaped { () throws(JSONError) in try node.member("digest").string() }
        do {
            digest = try Digest(name)
        } catch {
            throw .digest(error, at: node.pointer, in: node.document)
        }
        size = try OCIError.shaped { () throws(JSONError) in try node.member("size").integer() }
        annotations = try Self.annotations(of: node)
        artifactType = try OCIError.shaped { () throws(JSONError) in
            try node.optional("artifactType")?.string()
        }
        hasURLs = try OCIError.shaped { () throws(JSONError) in
            try node.optional("urls")?.array().isEmpty == false
        }
        platform = try OCIError.shaped { () throws(JSONError) in
            guard let found = try node.optional("platform") else { return nil }
            return try Platform(json: found)
        }
        let data = try OCIError.shaped { () throws(JSONError) in try node.optional("data")?.string() }
        if let data {
            try checkEmbedded(data, at: node.pointer + "/data", in: node.document)
        }
    }

    static func annotations(of node: JSONNode) throws(OCIError) -> [String: String] {
        try OCIError.shaped { () throws(JSONError) in
            guard let found = try node.optional("annotations") else { return [:] }
            var texts: [String: String] = [:]
            for (name, value) in try found.members() {
                texts[name] = try value.string()
            }
            return texts
        }
    }

    /// `data` repeats the content inside the descriptor; it must be that content, though it is never used as its
    /// source (OCI image-spec 1.1.1, descriptor.md, "Embedded Content").
    private func checkEmbedded(_ text: String, at pointer: String, in document: String) throws(OCIError) {
        guard text.utf8.count <= (Self.maximumDataSize + 2) / 3 * 4 else {
            throw .dataSize(at: pointer, in: document)
        }
        guard let bytes = try? Base64.decode(text) else {
            throw .data(digest, at: pointer, in: document)
        }
        guard bytes.count <= Self.maximumDataSize else { throw .dataSize(at: pointer, in: document) }
        guard bytes.count == size, Digest(of: bytes) == digest else {
            throw .data(digest, at: pointer, in: document)
        }
    }

    /// The descriptor as canonical JSON writes it, for the documents that are made here.
    package var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("mediaType", .string(mediaType.text)), ("digest", .string(digest.description)),
            ("size", .number(String(size))),
        ]
        if !annotations.isEmpty {
            members.append(
                ("annotations", .object(JSONObject(annotations.map { ($0.key, .string($0.value)) }))))
        }
        if let artifactType { members.append(("artifactType", .string(artifactType))) }
        return .object(JSONObject(members))
    }
}
