/// The values with which the chart is installed: which images run and from where they come.
///
/// The bytes are kept as they are. The chart composes `<global.imageRegistry>/<repository>@<digest>`; a
/// repository that contains `/` is used as it is.
package struct ReleaseValues: Sendable {
    package static let name = "release-values.yaml"
    static let registryPath = ["global", "imageRegistry"]

    package let document: YAMLDocument

    package var bytes: [UInt8] { document.bytes }

    package init(_ bytes: [UInt8]) throws(ReleaseSetError) {
        do {
            document = try YAMLDocument(bytes)
        } catch {
            throw .yaml(document: Self.name, error)
        }
        if let root = document.root, document.entries(of: root) == nil, !document.nodes[root].isNull {
            throw .valuesShape(key: "document", line: document.nodes[root].line, expected: "a mapping")
        }
    }

    /// The registry location before which repositories are put, `global.imageRegistry`.
    package var registry: String? {
        document.value(at: Self.registryPath).flatMap { document.text(of: $0) }
    }

    /// One place where the values name an image: whatever stands under a key `image`.
    package struct ImageUse: Hashable, Sendable {
        /// The keys that lead to the node, `image` last; items of sequences are `[0]`, `[1]`, ….
        package let path: [String]
        package let line: Int
        /// The whole reference, where `image` is a text instead of a mapping.
        package let text: String?
        package let repository: String?
        package let tag: String?
        package let digest: String?

        package var key: String { path.joined(separator: ".") }
    }

    /// Every place where the values name an image, in the order of the text.
    package func imageUses() -> [ImageUse] {
        var uses: [ImageUse] = []
        if let root = document.root { collect(root, path: [], into: &uses) }
        return uses
    }

    /// The reference that the chart composes.
    package func reference(of use: ImageUse) -> String {
        if let text = use.text { return text }
        var name = use.repository ?? ""
        if !name.utf8.contains(UInt8(ascii: "/")), let registry { name = registry + "/" + name }
        if let digest = use.digest, !digest.isEmpty { return name + "@" + digest }
        return name + (use.tag.map { ":" + $0 } ?? "")
    }

    private func collect(_ id: Int, path: [String], into uses: inout [ImageUse]) {
        if case .sequence(let items, _) = document.nodes[document.resolved(id)].content {
            for (index, item) in items.enumerated() {
                collect(item, path: path + ["[\(index)]"], into: &uses)
            }
        }
        for (key, value) in document.effectiveEntries(of: id) {
            let below = path + [key]
            if key.utf8.elementsEqual("image".utf8), let use = use(value, path: below) {
                uses.append(use)
            } else {
                collect(value, path: below, into: &uses)
            }
        }
    }

    private func use(_ id: Int, path: [String]) -> ImageUse? {
        func part(_ key: String) -> String? {
            document.value(of: key, in: id).flatMap { document.text(of: $0) }
        }
        let line = document.nodes[id].line
        if let text = document.text(of: id) {
            return ImageUse(path: path, line: line, text: text, repository: nil, tag: nil, digest: nil)
        }
        let use = ImageUse(
            path: path, line: line, text: nil, repository: part("repository"), tag: part("tag"),
            digest: part("digest"))
        return use.repository == nil && use.tag == nil && use.digest == nil ? nil : use
    }
}
