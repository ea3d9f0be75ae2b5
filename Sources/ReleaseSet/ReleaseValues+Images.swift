/// One place where a document names an image.
package struct ImageUse: Hashable, Sendable {
    /// The keys that lead to the node; items of sequences are `[0]`, `[1]`, ….
    package let path: [String]
    package let line: Int
    /// The whole reference, if it is one string.
    package let text: String?
    package let repository: String?
    package let tag: String?
    package let digest: String?
    /// True if the node is a mapping with the keys `repository`, `tag` and `digest`, in which a digest can be set.
    let isMapping: Bool

    package var key: String { path.joined(separator: ".") }

    /// True if the keys alone lead to the node; an item of a sequence cannot be addressed in other values.
    var isAddressable: Bool { !path.contains { $0.utf8.first == UInt8(ascii: "[") } }

    /// Name and tag of the image as a container engine reads them, without the registry that the chart adds.
    var source: ImageSourceName? {
        let pin = ImagePin(text ?? repository ?? "")
        guard let tag = tag ?? pin.tag else { return nil }
        return ImageSourceName(name: pin.name, tag: tag)
    }

    init(
        path: [String], line: Int, text: String? = nil, repository: String? = nil, tag: String? = nil,
        digest: String? = nil, isMapping: Bool = false,
    ) {
        self.path = path
        self.line = line
        self.text = text
        self.repository = repository
        self.tag = tag
        self.digest = digest
        self.isMapping = isMapping
    }
}

extension ReleaseValues {
    /// Every place where the values name an image, in the order of the text.
    ///
    /// A place is found by its key, `image`, or by its shape: a mapping with `repository` or `imageName` and one of `tag`,
    /// `imageTag` and `digest`; a string that is an image reference, under a key that ends in `image` or `images`.
    package func imageUses() -> [ImageUse] {
        var search = ImageSearch(document)
        search.run()
        return search.uses
    }

    /// The reference that the chart composes.
    package func reference(of use: ImageUse) -> String {
        if let text = use.text { return text }
        var name = use.repository ?? ""
        if !name.utf8.contains(UInt8(ascii: "/")), let registry { name = registry + "/" + name }
        if let digest = use.digest, !digest.isEmpty { return name + "@" + digest }
        return name + (use.tag.map { ":" + $0 } ?? "")
    }
}

/// The search for images in a document.
private struct ImageSearch {
    private let document: YAMLDocument
    private(set) var uses: [ImageUse] = []

    init(_ document: YAMLDocument) {
        self.document = document
    }

    mutating func run() {
        if let root = document.root { visit(root, path: []) }
    }

    private mutating func search(_ id: Int, path: [String]) {
        if case .sequence(let items, _) = document.nodes[document.resolved(id)].content {
            for (index, item) in items.enumerated() { visit(item, path: path + ["[\(index)]"]) }
        }
        for (key, value) in document.effectiveEntries(of: id) { visit(value, path: path + [key]) }
    }

    private mutating func visit(_ id: Int, path: [String]) {
        if let use = use(id, path: path) {
            uses.append(use)
        } else {
            search(id, path: path)
        }
    }

    private func use(_ id: Int, path: [String]) -> ImageUse? {
        let isImage = path.last.map { $0.utf8.elementsEqual("image".utf8) } ?? false
        if isImage { return imageKey(id, path: path) }
        return document.entries(of: id) == nil ? string(id, path: path) : mapping(id, path: path)
    }

    /// What is below the key `image` names an image in any case.
    private func imageKey(_ id: Int, path: [String]) -> ImageUse? {
        let line = document.nodes[id].line
        if let text = document.text(of: id) { return ImageUse(path: path, line: line, text: text) }
        let (repository, tag, digest) = (part("repository", id), part("tag", id), part("digest", id))
        guard repository ?? tag ?? digest != nil else { return mapping(id, path: path) }
        return ImageUse(
            path: path, line: line, repository: repository, tag: tag, digest: digest, isMapping: true)
    }

    private func mapping(_ id: Int, path: [String]) -> ImageUse? {
        let (repository, name) = (part("repository", id), part("imageName", id))
        let (tag, digest) = (part("tag", id) ?? part("imageTag", id), part("digest", id))
        guard let image = repository ?? name, tag ?? digest != nil, ImagePin(image).isReference else {
            return nil
        }
        return ImageUse(
            path: path, line: document.nodes[id].line, repository: image, tag: tag, digest: digest,
            isMapping: repository != nil && part("imageTag", id) == nil)
    }

    private func string(_ id: Int, path: [String]) -> ImageUse? {
        let keys = path.filter { $0.utf8.first != UInt8(ascii: "[") }.suffix(2)
        let isNamed = keys.last.map(Self.isImageKey) == true
        guard isNamed || keys.first.map(Self.isImageKey) == true,
            !document.nodes[document.resolved(id)].isOtherThanString,
            let text = document.text(of: id), ImagePin(text).isReference,
            // One level below, words such as a policy's name have the form of a reference too.
            isNamed || text.utf8.contains(where: { "/:@".utf8.contains($0) })
        else { return nil }
        return ImageUse(path: path, line: document.nodes[id].line, text: text)
    }

    private static func isImageKey(_ key: String) -> Bool {
        let key = key.lowercased()
        return key.hasSuffix("image") || key.hasSuffix("images")
    }

    private func part(_ key: String, _ id: Int) -> String? {
        document.value(of: key, in: id).flatMap { document.text(of: $0) }
    }
}
