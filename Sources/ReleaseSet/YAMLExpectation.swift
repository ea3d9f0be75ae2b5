/// What a document is to be after an edit, node by node.
struct YAMLExpectation {
    /// Scalars of the old document with their new text.
    let texts: [Int: String]
    /// Nulls of the old document with what replaced them, and mappings and sequences with what they gained.
    let trees: [Int: YAMLTree]
    let newRoot: YAMLTree?

    /// Reads the edited bytes and refuses any difference that was not asked for.
    func check(_ bytes: [UInt8], against old: YAMLDocument) throws(ReleaseSetError) {
        let new: YAMLDocument
        do {
            new = try YAMLDocument(bytes)
        } catch {
            // The added services can take the text over the limit; nothing else may go wrong here.
            if case .tooLarge = error { throw .yaml(document: ReleaseValues.name, error) }
            throw .valuesDiffer(key: "document")
        }
        guard let root = new.root else {
            guard old.root == nil, newRoot == nil else { throw .valuesDiffer(key: "document") }
            return
        }
        if let oldRoot = old.root {
            try YAMLComparison(expectation: self, old: old, new: new).compare(oldRoot, root, path: [])
        } else if let newRoot {
            try YAMLComparison(expectation: self, old: old, new: new).compare(newRoot, root, path: [])
        }
    }
}

/// The walk through both documents at once.
private struct YAMLComparison {
    let expectation: YAMLExpectation
    let old: YAMLDocument
    let new: YAMLDocument

    func compare(_ oldID: Int, _ newID: Int, path: [String]) throws(ReleaseSetError) {
        let before = old.nodes[oldID]
        let after = new.nodes[newID]
        let differs = ReleaseSetError.valuesDiffer(
            key: path.isEmpty ? "document" : path.joined(separator: "."))
        let tree = expectation.trees[oldID]
        if let tree, before.isNull { return try compare(tree, newID, path: path) }
        guard before.anchor == after.anchor, before.tag == after.tag else { throw differs }
        switch (before.content, after.content) {
        case (.scalar(let one, let style), .scalar(let other, let otherStyle)):
            var expected = one
            if let text = expectation.texts[oldID] {
                let breaks = style.isBlock ? one.utf8.reversed().prefix { $0 == 0x0A }.count : 0
                expected = text + String(repeating: "\n", count: breaks)
            } else if style != otherStyle {
                throw differs
            }
            guard expected.utf8.elementsEqual(other.utf8) else { throw differs }
        case (.alias(let one), .alias(let other)):
            // Compared at its own place; here only that it is still the same anchor.
            guard old.nodes[one].anchor == new.nodes[other].anchor else { throw differs }
        case (.sequence(let one, let isFlow), .sequence(let other, let isOtherFlow)):
            var gained: [YAMLTree] = []
            if case .sequence(let items) = tree { gained = items }
            guard other.count == one.count + gained.count, isFlow == isOtherFlow else { throw differs }
            for (index, pair) in zip(one, other).enumerated() {
                try compare(pair.0, pair.1, path: path + ["[\(index)]"])
            }
            for (item, found) in zip(gained, other.dropFirst(one.count)) {
                try compare(item, found, path: path)
            }
        case (.mapping(let one, let isFlow), .mapping(let other, let isOtherFlow)):
            var gained: [YAMLTree.Entry] = []
            if case .mapping(let entries) = tree { gained = entries }
            guard other.count == one.count + gained.count, isFlow == isOtherFlow else { throw differs }
            for (entry, otherEntry) in zip(one, other) {
                try compare(entry.key, otherEntry.key, path: path)
                let key = old.nodes[entry.key].scalar?.text ?? ""
                try compare(entry.value, otherEntry.value, path: path + [key])
            }
            for (entry, otherEntry) in zip(gained, other.dropFirst(one.count)) {
                try compare(entry, otherEntry, path: path)
            }
        default:
            throw differs
        }
    }

    func compare(_ tree: YAMLTree, _ id: Int, path: [String]) throws(ReleaseSetError) {
        let differs = ReleaseSetError.valuesDiffer(key: path.joined(separator: "."))
        switch (tree, new.nodes[id].content) {
        case (.text(let text), .scalar(let found, _)):
            guard text.utf8.elementsEqual(found.utf8) else { throw differs }
        case (.mapping(let entries), .mapping(let found, _)):
            guard entries.count == found.count else { throw differs }
            for (entry, other) in zip(entries, found) { try compare(entry, other, path: path) }
        case (.sequence(let items), .sequence(let found, _)):
            guard items.count == found.count else { throw differs }
            for (item, other) in zip(items, found) { try compare(item, other, path: path) }
        default:
            throw differs
        }
    }

    private func compare(
        _ entry: YAMLTree.Entry, _ found: YAMLNode.Entry, path: [String]
    ) throws(ReleaseSetError) {
        guard let key = new.nodes[found.key].scalar?.text, key.utf8.elementsEqual(entry.key.utf8) else {
            throw .valuesDiffer(key: (path + [entry.key]).joined(separator: "."))
        }
        try compare(entry.value, found.value, path: path + [entry.key])
    }
}
