/// Changes to a document that leave every byte outside of the changed scalars as it is.
///
/// The changes are collected first and made together. What comes out is read again and compared with what
/// went in: it differs in exactly the reported keys, or nothing comes out.
struct YAMLEdit {
    private struct Setting {
        let path: [String]
        let old: String?
        let new: String
        /// The node that is replaced, or the mapping or sequence that gains something.
        let node: Int?
    }

    private let document: YAMLDocument
    private var settings: [Setting] = []
    /// Scalars with the text that they get.
    private var texts: [Int: String] = [:]
    /// Nulls with what they get instead, and mappings and sequences with what they gain.
    private var trees: [Int: YAMLTree] = [:]
    /// What a document without a root gets.
    private var newRoot: YAMLTree?

    init(of document: YAMLDocument) {
        self.document = document
    }

    /// Gives a scalar another text, or adds it where the path leads nowhere.
    mutating func set(_ path: [String], to new: String) throws(ReleaseSetError) {
        guard let target = try node(at: path, orAdd: .text(new), asSettingOf: path, to: new) else { return }
        guard let (text, style) = document.nodes[target].scalar else {
            throw .valuesShape(
                key: path.joined(separator: "."), line: document.nodes[target].line, expected: "a text")
        }
        // The line break at the end of a block scalar is layout; a chart that prints it was broken before.
        let old = style.isBlock ? String(text.trimmingSuffix("\n")) : text
        if let other = texts[target], other != new { throw shared(path, node: target, with: [path]) }
        texts[target] = new
        settings.append(Setting(path: path, old: old, new: new, node: target))
    }

    /// Adds a mapping with one key to a sequence, behind the items that it has; the sequence is made where there is none.
    ///
    /// Nothing is added where an item gives the key this text already.
    mutating func append(_ key: String, _ new: String, to path: [String]) throws(ReleaseSetError) {
        let item = YAMLTree.mapping([YAMLTree.Entry(key: key, value: .text(new))])
        let target = try node(at: path, orAdd: .sequence([item]), asSettingOf: path + ["[0]", key], to: new)
        guard let target else { return }
        guard case .sequence(let items, _) = document.nodes[target].content else {
            throw .valuesShape(
                key: path.joined(separator: "."), line: document.nodes[target].line, expected: "a sequence")
        }
        let isThere = items.contains { item in
            let text = document.value(of: key, in: item).flatMap { document.text(of: $0) }
            return text?.utf8.elementsEqual(new.utf8) == true
        }
        guard !isThere else { return }
        trees[target] = .sequence([item])
        settings.append(Setting(path: path + ["[\(items.count)]", key], old: nil, new: new, node: target))
    }

    /// The node at a path, its alias resolved; where there is none or a null, `tree` is added and nothing returned.
    private mutating func node(
        at path: [String], orAdd tree: YAMLTree, asSettingOf key: [String], to text: String,
    ) throws(ReleaseSetError) -> Int? {
        guard var node = document.root else {
            newRoot = (newRoot ?? .mapping([])).setting(path[...], to: tree)
            settings.append(Setting(path: key, old: nil, new: text, node: nil))
            return nil
        }
        for (index, name) in path.enumerated() {
            let next = document.value(of: name, in: node)
            let place = document.resolved(next ?? node)
            if next == nil || document.nodes[place].isNull {
                let rest = path[(next == nil ? index : index + 1)...]
                trees[place] = (trees[place] ?? .mapping([])).setting(rest, to: tree)
                settings.append(Setting(path: key, old: nil, new: text, node: place))
                return nil
            }
            guard index == path.count - 1 || document.entries(of: place) != nil else {
                throw .valuesShape(
                    key: path[...index].joined(separator: "."), line: document.nodes[place].line,
                    expected: "a mapping")
            }
            node = place
        }
        return node
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
