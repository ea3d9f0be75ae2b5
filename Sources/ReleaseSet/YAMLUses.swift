/// All the ways by which a document leads to some of its nodes, through aliases and merges.
struct YAMLUses {
    private let document: YAMLDocument
    private let targets: Set<Int>
    /// For each node, whether a target is reached from it.
    private let reaches: [Bool]
    private(set) var paths: [Int: [[String]]] = [:]

    init(of targets: Set<Int>, in document: YAMLDocument) {
        self.document = document
        self.targets = targets
        var reaches: [Bool] = []
        for (id, node) in document.nodes.enumerated() {
            let children: [Int] =
                switch node.content {
                case .scalar: []
                case .sequence(let items, _): items
                case .mapping(let entries, _): entries.flatMap { [$0.key, $0.value] }
                case .alias(let target): [target]
                }
            reaches.append(targets.contains(id) || children.contains { reaches[$0] })
        }
        self.reaches = reaches
        if let root = document.root { walk(root, path: []) }
    }

    private mutating func walk(_ id: Int, path: [String]) {
        guard reaches[id] else { return }
        let node = document.resolved(id)
        record(node, path: path)
        switch document.nodes[node].content {
        case .scalar, .alias:
            break
        case .sequence(let items, _):
            for (index, item) in items.enumerated() { walk(item, path: path + ["[\(index)]"]) }
        case .mapping(let entries, _):
            for entry in entries {
                record(entry.key, path: path + ["(key)"])
                if document.nodes[entry.key].isMergeKey { merge(entry.value, path: path) }
            }
            for (key, value) in document.effectiveEntries(of: node) { walk(value, path: path + [key]) }
        }
    }

    /// A mapping that is merged gains what is added to its source.
    private mutating func merge(_ id: Int, path: [String]) {
        let source = document.resolved(id)
        record(source, path: path + ["<<"])
        switch document.nodes[source].content {
        case .scalar, .alias:
            break
        case .sequence(let items, _):
            for item in items { merge(item, path: path) }
        case .mapping(let entries, _):
            for entry in entries where document.nodes[entry.key].isMergeKey { merge(entry.value, path: path) }
        }
    }

    private mutating func record(_ id: Int, path: [String]) {
        if targets.contains(id) { paths[id, default: []].append(path) }
    }
}
