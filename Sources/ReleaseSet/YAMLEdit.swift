/// Changes to a document that leave every byte outside of the changed scalars as it is.
///
/// The changes are collected first and made together. What comes out is read again and compared with what
/// went in: it differs in exactly the reported keys, or nothing comes out.
struct YAMLEdit {
    private struct Setting {
        let path: [String]
        let old: String?
        let new: String
        /// The node that is replaced, or the mapping that gains a key.
        let node: Int?
    }

    private let document: YAMLDocument
    private var settings: [Setting] = []
    /// Scalars with the text that they get.
    private var texts: [Int: String] = [:]
    /// Nulls with what they get instead, and mappings with what they gain.
    private var trees: [Int: YAMLTree] = [:]
    /// What a document without a root gets.
    private var newRoot: YAMLTree?

    init(of document: YAMLDocument) {
        self.document = document
    }

    /// Gives a scalar another text, or adds it where the path leads nowhere.
    mutating func set(_ path: [String], to new: String) throws(ReleaseSetError) {
        guard var node = document.root else {
            newRoot = (newRoot ?? .mapping([])).setting(path[...], to: new)
            settings.append(Setting(path: path, old: nil, new: new, node: nil))
            return
        }
        for (index, key) in path.enumerated() {
            guard let next = document.value(of: key, in: node) else {
                return add(new, at: path, below: document.resolved(node), rest: path[index...])
            }
            node = next
            if document.nodes[document.resolved(node)].isNull {
                return add(new, at: path, below: document.resolved(node), rest: path[(index + 1)...])
            }
            guard index == path.count - 1 || document.entries(of: node) != nil else {
                throw .valuesShape(
                    key: path[...index].joined(separator: "."), line: document.nodes[node].line,
                    expected: "a mapping")
            }
        }
        let target = document.resolved(node)
        guard let (text, style) = document.nodes[target].scalar else {
            throw .valuesShape(
                key: path.joined(separator: "."), line: document.nodes[node].line, expected: "a text")
        }
        // The line break at the end of a block scalar is layout; a chart that prints it was broken before.
        let old = style.isBlock ? String(text.trimmingSuffix("\n")) : text
        if let other = texts[target], other != new { throw shared(path, node: target, with: [path]) }
        texts[target] = new
        settings.append(Setting(path: path, old: old, new: new, node: target))
    }

    private mutating func add(_ new: String, at path: [String], below node: Int, rest: ArraySlice<String>) {
        trees[node] = (trees[node] ?? .mapping([])).setting(rest, to: new)
        settings.append(Setting(path: path, old: nil, new: new, node: node))
    }

    /// The bytes with all changes made, and the changes that made a difference.
    func applied() throws(ReleaseSetError) -> (bytes: [UInt8], changes: [MirroredValues.Change]) {
        let changed = settings.filter { $0.old != $0.new }
        try checkUses(of: changed)
        let targets = Set(changed.compactMap(\.node))
        let expectation = YAMLExpectation(
            texts: texts.filter { targets.contains($0.key) }, trees: trees, newRoot: newRoot)
        var writer = YAMLWriter(document: document)
        if let newRoot { try writer.append(newRoot) }
        for (node, text) in expectation.texts {
            try writer.replace(node, with: text, key: key(of: node))
        }
        for (node, tree) in trees {
            if document.nodes[node].isNull {
                try writer.fill(node, with: tree, key: key(of: node))
            } else {
                try writer.add(tree, to: node, key: key(of: node))
            }
        }
        let bytes = writer.bytes()
        try expectation.check(bytes, against: document)
        return (
            bytes,
            changed.map {
                MirroredValues.Change(key: $0.path.joined(separator: "."), old: $0.old, new: $0.new)
            }
        )
    }

    private func key(of node: Int) -> String {
        settings.first { $0.node == node }?.path.joined(separator: ".") ?? "document"
    }

    /// A node that something else uses too is not changed behind its back.
    private func checkUses(of changed: [Setting]) throws(ReleaseSetError) {
        let uses = YAMLUses(of: Set(changed.compactMap(\.node)), in: document)
        for setting in changed {
            guard let node = setting.node else { continue }
            let meant = settings.filter { $0.node == node }.map(\.path)
            let others = (uses.paths[node] ?? []).filter { use in
                if use.first?.utf8.starts(with: "x-".utf8) == true { return false }
                return texts[node] == nil
                    // A mapping that gains keys is entered by the beginning of the paths.
                    ? !setting.path.starts(with: use)
                    : !meant.contains(use)
            }
            if !others.isEmpty { throw shared(setting.path, node: node, with: others) }
        }
    }

    private func shared(_ path: [String], node: Int, with others: [[String]]) -> ReleaseSetError {
        .valuesShared(
            key: path.joined(separator: "."), line: document.nodes[node].line,
            others: others.map { $0.joined(separator: ".") })
    }
}

extension String {
    fileprivate func trimmingSuffix(_ byte: String) -> Substring {
        var text = self[...]
        while text.utf8.last == byte.utf8.first {
            text = text[..<text.utf8.index(before: text.utf8.endIndex)]
        }
        return text
    }
}
