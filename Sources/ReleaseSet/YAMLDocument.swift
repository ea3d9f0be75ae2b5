/// A YAML document of a release, read with the place of every node.
///
/// Aliases stay aliases and the bytes are kept, so a text can be changed scalar by scalar and everything
/// around the scalars survives. Nodes are named by their position in `nodes`; children and the targets of
/// aliases come before the nodes that use them.
///
/// It refuses more than 4 MiB, 64 levels (128 once aliases are followed), 100 aliases or a million nodes after
/// expansion; a second document; tags beyond the core schema, unless they are to be ignored; duplicate keys, and keys
/// that are not scalars.
///
/// YAML 1.2.2, chapter 3, read by libyaml with the rules of YAML 1.1.
package struct YAMLDocument: Sendable {
    package static let sizeLimit = 4 << 20
    package static let depthLimit = 64
    package static let aliasLimit = 100
    package static let expansionLimit = 1_000_000

    package let bytes: [UInt8]
    package let nodes: [YAMLNode]
    /// `nil` when there is no document at all.
    package let root: Int?
    /// Where the line `...` begins, if there is one.
    let explicitEnd: Int?

    /// Which tags a document may have.
    package enum TagRule: Sendable {
        /// Those of the core schema.
        case coreSchema
        /// Any; a node is read as if it had none beyond the core schema.
        case ignored
    }

    /// Tag of a scalar that holds base64 of its value, kept on the node even where tags are ignored.
    static let binaryTag = "tag:yaml.org,2002:binary"

    package init(_ bytes: [UInt8], tags: TagRule = .coreSchema) throws(YAMLError) {
        guard bytes.count <= Self.sizeLimit else {
            throw .tooLarge(found: bytes.count, limit: Self.sizeLimit)
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
        var composer = YAMLComposer(bytes: bytes, tags: tags)
        let end = try bytes.withUnsafeBufferPointer { (buffer) throws(YAMLError) in
            try composer.compose(from: YAMLParser(reading: buffer))
        }
        self.bytes = bytes
        nodes = composer.nodes
        root = end.root
        explicitEnd = end.explicitEnd
    }

    /// One document of a stream, which shares the bytes of the whole stream.
    init(_ composer: YAMLComposer, root: Int, in bytes: [UInt8]) {
        self.bytes = bytes
        nodes = composer.nodes
        self.root = root
        explicitEnd = nil
    }

    /// Where the text begins behind a byte order mark.
    var textStart: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    /// The node itself, or the one that its alias names.
    package func resolved(_ id: Int) -> Int {
        if case .alias(let target) = nodes[id].content { target } else { id }
    }

    /// The text of a scalar, through an alias or not; `nil` for collections and null.
    package func text(of id: Int) -> String? {
        let node = nodes[resolved(id)]
        return node.isNull ? nil : node.scalar?.text
    }

    /// The own entries of a mapping, merge keys among them; `nil` if the node is no mapping.
    package func entries(of id: Int) -> [YAMLNode.Entry]? {
        if case .mapping(let entries, _) = nodes[resolved(id)].content { entries } else { nil }
    }

    /// The value of a key, from the mapping itself or from what it merges.
    package func value(of key: String, in id: Int) -> Int? {
        guard let own = entries(of: id) else { return nil }
        for entry in own where !nodes[entry.key].isMergeKey {
            let text = nodes[entry.key].scalar?.text.utf8
            if let text, text.elementsEqual(key.utf8) { return entry.value }
        }
        for source in merged(into: own) {
            if let value = value(of: key, in: source) { return value }
        }
        return nil
    }

    /// The value at a path of keys.
    package func value(at path: [String]) -> Int? {
        var id = root
        for key in path {
            id = id.flatMap { value(of: key, in: $0) }
        }
        return id
    }

    /// What a mapping holds once merges are applied: own keys win, then earlier merges.
    package func effectiveEntries(of id: Int) -> [(key: String, value: Int)] {
        guard let own = entries(of: id) else { return [] }
        var seen: Set<[UInt8]> = []
        var result: [(key: String, value: Int)] = []
        func add(_ key: String, _ value: Int) {
            if seen.insert(Array(key.utf8)).inserted { result.append((key, value)) }
        }
        for entry in own where !nodes[entry.key].isMergeKey {
            if let key = nodes[entry.key].scalar?.text { add(key, entry.value) }
        }
        for source in merged(into: own) {
            for (key, value) in effectiveEntries(of: source) { add(key, value) }
        }
        return result
    }

    /// The mappings that the merge key among these entries names, in their order.
    private func merged(into own: [YAMLNode.Entry]) -> [Int] {
        guard let merge = own.first(where: { nodes[$0.key].isMergeKey }) else { return [] }
        if case .sequence(let several, _) = nodes[resolved(merge.value)].content { return several }
        return [merge.value]
    }
}
