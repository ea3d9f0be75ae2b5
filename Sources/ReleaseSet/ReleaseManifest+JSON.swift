import OCI
import StrictJSON

extension ReleaseManifest {
    /// Reads the manifest; what lies deeper inside of `images` is checked but not kept in memory.
    package init(json: [UInt8]) throws(ReleaseSetError) {
        let limits = JSONLimits(bytes: Self.sizeLimit, values: Self.valueLimit)
        let root = try ManifestReader.json { () throws(JSONError) in
            try StrictJSON.parseObject(
                json, name: Self.name, limits: limits, eliding: Elision(under: "images"))
        }
        var reader = ManifestReader()
        try reader.noteUnknown(
            in: root,
            beside: [
                "version", "commit", "images", "chart", "compose", "binaries", "vulnerabilityExceptions",
            ])
        version = try ReleaseVersion(try reader.text("version", of: root))
        commit = try reader.commit(of: root)
        images = try reader.images(of: root)
        skippedDocuments = reader.skipped
        chart = try reader.section("chart", of: root, keys: ["path", "sbom", "releaseValues"]).map {
            (section) throws(ReleaseSetError) in
            Chart(
                sbom: try reader.file("sbom", of: section),
                releaseValues: try reader.file("releaseValues", of: section))
        }
        compose = try reader.section("compose", of: root, keys: ["path", "file", "envExample"]).map {
            (section) throws(ReleaseSetError) in
            Compose(
                file: try reader.file("file", of: section),
                envExample: try reader.file("envExample", of: section))
        }
        binaries = try reader.section("binaries", of: root, keys: ["path", "checksums"]).map {
            (section) throws(ReleaseSetError) in
            Binaries(checksums: try reader.file("checksums", of: section))
        }
        let exceptions = try ManifestReader.json { () throws(JSONError) in
            try root.optional("vulnerabilityExceptions")
        }
        vulnerabilityExceptions = VulnerabilityException.list(exceptions?.value)
        unknownMembers = reader.unknown
        try FileName.requireDistinct(reader.files)
    }
}

/// Reads the parts of a manifest and keeps account of what it did not understand.
private struct ManifestReader {
    private(set) var skipped: [ReleaseManifest.SkippedDocument] = []
    private(set) var unknown: [String] = []
    private(set) var files: [FileName] = []

    static func json<T>(_ body: () throws(JSONError) -> T) throws(ReleaseSetError) -> T {
        do {
            return try body()
        } catch {
            throw .json(error)
        }
    }

    mutating func noteUnknown(in node: JSONNode, beside known: [String]) throws(ReleaseSetError) {
        let members = try Self.json { () throws(JSONError) in try node.members() }
        for member in members where !known.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            unknown.append(member.node.pointer)
        }
    }

    func text(_ name: String, of node: JSONNode) throws(ReleaseSetError) -> String {
        try Self.json { () throws(JSONError) in try node.member(name).string() }
    }

    /// The text of a member that may be absent, which null says too.
    private func optionalText(_ name: String, of node: JSONNode) throws(ReleaseSetError) -> String? {
        try Self.json { () throws(JSONError) in
            guard let member = try node.optional(name), !member.isNull else { return nil }
            return try member.string()
        }
    }

    func commit(of root: JSONNode) throws(ReleaseSetError) -> String {
        let text = try text("commit", of: root)
        let isHex = text.utf8.allSatisfy {
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
        }
        guard isHex, text.utf8.count == 40 else {
            throw .manifest(pointer: "/commit", expected: "40 lowercase hex digits", found: "\"\(text)\"")
        }
        return text
    }

    mutating func section(
        _ name: String, of root: JSONNode, keys: [String]
    ) throws(ReleaseSetError) -> JSONNode? {
        let node = try Self.json { () throws(JSONError) in try root.optional(name) }
        guard let node, !node.isNull else { return nil }
        try noteUnknown(in: node, beside: keys)
        return node
    }

    mutating func file(_ name: String, of node: JSONNode) throws(ReleaseSetError) -> FileName? {
        guard let text = try optionalText(name, of: node) else { return nil }
        let file = try FileName(text)
        files.append(file)
        return file
    }

    mutating func images(of root: JSONNode) throws(ReleaseSetError) -> [ReleaseImage] {
        let list = try Self.json { () throws(JSONError) in try root.member("images").array() }
        var images: [ReleaseImage] = []
        var pointers: [String: String] = [:]
        for node in list {
            if try isStrayDocument(node) { continue }
            let image = try image(node)
            if let other = pointers.updateValue(node.pointer, forKey: image.shortName) {
                throw .imageCollision(name: image.shortName, pointers: [other, node.pointer])
            }
            images.append(image)
        }
        guard !images.isEmpty else {
            throw .manifest(pointer: "/images", expected: "at least one image", found: "none")
        }
        return images
    }

    private mutating func isStrayDocument(_ node: JSONNode) throws(ReleaseSetError) -> Bool {
        let object = try Self.json { () throws(JSONError) in try node.object() }
        guard object["spdxVersion"] != nil, object["image"] == nil, object["digest"] == nil else {
            return false
        }
        let name: String? = if case .string(let text)? = object["name"] { text } else { nil }
        skipped.append(ReleaseManifest.SkippedDocument(pointer: node.pointer, name: name))
        return true
    }

    private mutating func image(_ node: JSONNode) throws(ReleaseSetError) -> ReleaseImage {
        try noteUnknown(
            in: node, beside: ["image", "versionTag", "commitTag", "digest", "sbom", "scan"])
        let text = try text("image", of: node)
        let name: ImageName
        let location: RegistryLocation
        do throws(ReferenceError) {
            name = try ImageName(text)
            let folders = name.repository.text.split(separator: "/").dropLast()
            location = RegistryLocation(
                host: name.host,
                prefix: folders.isEmpty ? nil : try RepositoryName(folders.joined(separator: "/")))
        } catch {
            throw .manifest(
                pointer: node.pointer + "/image", expected: "HOST/REPOSITORY", found: "\"\(text)\"")
        }
        let spelled = try self.text("digest", of: node)
        let digest: Digest
        do {
            digest = try Digest(spelled)
        } catch {
            throw .digest(error, pointer: node.pointer + "/digest")
        }
        return ReleaseImage(
            name: name, location: location, versionTag: try tag("versionTag", of: node),
            commitTag: try tag("commitTag", of: node), digest: digest, sbom: try file("sbom", of: node),
            scan: try file("scan", of: node))
    }

    private func tag(_ name: String, of node: JSONNode) throws(ReleaseSetError) -> Tag? {
        guard let text = try optionalText(name, of: node) else { return nil }
        do {
            return try Tag(text)
        } catch {
            throw .manifest(pointer: "\(node.pointer)/\(name)", expected: "a tag", found: "\"\(text)\"")
        }
    }
}
