/// Turns changes of nodes into changes of bytes.
struct YAMLWriter {
    private struct Change {
        let range: Range<Int>
        let text: String
        /// Of two insertions at one place the one that belongs deeper into the document comes first.
        let depth: Int
    }

    private let document: YAMLDocument
    private var source: [UInt8] { document.bytes }
    private let newline: String
    /// What is added inside of braces is quoted in a document that is JSON.
    private let flowStyle: YAMLNode.ScalarStyle
    private var changes: [Change] = []

    init(document: YAMLDocument) {
        self.document = document
        newline = YAMLText.newline(of: document.bytes)
        var isJSON = false
        if let root = document.root, case .mapping(let entries, true) = document.nodes[root].content {
            isJSON = entries.allSatisfy { document.nodes[$0.key].scalar?.style == .doubleQuoted }
        }
        flowStyle = isJSON ? .doubleQuoted : .plain
    }

    func bytes() -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for change in changes.sorted(by: {
            ($0.range.lowerBound, -$0.depth) < ($1.range.lowerBound, -$1.depth)
        }) {
            result += source[position..<change.range.lowerBound]
            result += change.text.utf8
            position = change.range.upperBound
        }
        return result + source[position...]
    }

    /// Gives a scalar another text in its own style.
    mutating func replace(_ id: Int, with text: String, key: String) throws(ReleaseSetError) {
        let node = document.nodes[id]
        guard let style = node.scalar?.style else { throw obstacle("it is no text", node, key) }
        guard node.tag == nil || node.tag == "tag:yaml.org,2002:str" else {
            throw obstacle("it is tagged as something other than a text", node, key)
        }
        // libyaml ends an anchor at the first byte that is no letter, others read on.
        let before = source[..<node.range.lowerBound].last ?? 0x20
        guard node.anchor == nil || before == 0x20 || before == 0x09 || before == 0x0A || before == 0x0D
        else {
            throw obstacle("no blank parts it from its anchor", node, key)
        }
        if style.isBlock {
            put(try blockContent(of: node, key: key), text)
        } else if style == .plain, node.isInFlow, source[node.range].contains(UInt8(ascii: ":")) {
            // Whoever reads the old text bare reads the new one too.
            put(node.range, YAMLText.scalar(text, as: .plain, isInFlow: false))
        } else {
            put(node.range, YAMLText.scalar(text, as: style, isInFlow: node.isInFlow))
        }
    }

    /// Puts something in the place of a null, be it written or empty.
    mutating func fill(_ id: Int, with tree: YAMLTree, key: String) throws(ReleaseSetError) {
        let node = document.nodes[id]
        if id == document.root {
            guard node.range.isEmpty, node.anchor == nil else {
                throw obstacle("the document is null", node, key)
            }
            return try append(tree)
        }
        guard node.tag == nil else { throw obstacle("it is tagged as null", node, key) }
        var text =
            switch tree {
            case .text(let text): YAMLText.scalar(text, as: flowStyle, isInFlow: node.isInFlow)
            case .mapping, .sequence: tree.flow(style: flowStyle)
            }
        if node.range.isEmpty {
            let before = source[..<node.range.lowerBound].last
            let isReady = before == UInt8(ascii: " ") || before == UInt8(ascii: "\t")
            let mark = source[..<node.range.lowerBound].last { $0 != 0x20 && $0 != 0x09 }
            guard node.anchor != nil || mark == UInt8(ascii: ":") else {
                throw obstacle("there is no place for a value", node, key)
            }
            if !isReady { text = " " + text }
        }
        put(node.range, text)
    }

    /// Adds keys to a mapping behind those that it has, or items to a sequence.
    mutating func add(_ tree: YAMLTree, to id: Int, key: String) throws(ReleaseSetError) {
        let node = document.nodes[id]
        switch (node.content, tree) {
        case (.mapping(let entries, true), .mapping):
            addToFlow(tree, node: node, first: entries.first?.key, last: entries.last?.value)
        case (.sequence(let items, true), .sequence):
            addToFlow(tree, node: node, first: items.first, last: items.last)
        case (.mapping(let entries, false), .mapping):
            guard let first = entries.first, let last = entries.last else {
                throw obstacle("it has no keys", node, key)
            }
            let start = document.nodes[first.key].range.lowerBound
            try addToBlock(tree, id: id, start: start, last: last.value, key: key)
        case (.sequence(let items, false), .sequence):
            guard let last = items.last else { throw obstacle("it has no items", node, key) }
            try addToBlock(tree, id: id, start: node.range.lowerBound, last: last, key: key)
        default:
            throw obstacle("it is neither a mapping nor a sequence as expected", node, key)
        }
    }

    /// - Parameter start: where the first key begins, or the dash of the first item.
    private mutating func addToBlock(
        _ tree: YAMLTree, id: Int, start: Int, last: Int, key: String,
    ) throws(ReleaseSetError) {
        let node = document.nodes[id]
        let lineStart = YAMLText.lineStart(in: source, of: start)
        let margin = source[max(lineStart, document.textStart)..<start]
        guard margin.allSatisfy({ $0 == UInt8(ascii: " ") }) else {
            throw obstacle("what it holds does not begin its lines", node, key)
        }
        let tail = lastLeaf(of: last)
        var position = document.nodes[tail].range.upperBound
        let isBlockScalar = document.nodes[tail].scalar?.style.isBlock == true
        if isBlockScalar, !YAMLText.isLineStart(in: source, at: position) {
            throw obstacle("a block scalar without a line end comes before what is new", node, key)
        }
        if id == document.root {
            position = document.explicitEnd ?? source.count
        } else if !isBlockScalar {
            position = YAMLText.lineEnd(in: source, from: position)
        }
        // Items may stand in the column of their key, and come before the next key of that column.
        let isSequence = if case .sequence = tree { true } else { false }
        insert(
            tree.blockLines(indent: margin.count), at: position,
            depth: 2 * margin.count + (isSequence ? 1 : 0))
    }

    /// Gives a document that holds nothing its first keys.
    mutating func append(_ tree: YAMLTree) throws(ReleaseSetError) {
        insert(tree.blockLines(indent: 0), at: document.explicitEnd ?? source.count, depth: 0)
    }

    private mutating func addToFlow(_ tree: YAMLTree, node: YAMLNode, first: Int?, last: Int?) {
        guard let first, let last else {
            let position = node.range.lowerBound + 1
            put(position..<position, tree.flowEntries(style: flowStyle).joined(separator: ", "))
            return
        }
        var separator = ", "
        let start = document.nodes[first].range.lowerBound
        let lineStart = YAMLText.lineStart(in: source, of: start)
        let margin = source[lineStart..<start]
        if lineStart > node.range.lowerBound, margin.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
            separator = "," + newline + String(decoding: margin, as: UTF8.self)
        }
        let position = document.nodes[last].range.upperBound
        let text = tree.flowEntries(style: flowStyle).map { separator + $0 }.joined()
        put(position..<position, text)
    }

    private mutating func insert(_ lines: [String], at position: Int, depth: Int) {
        let text = lines.joined(separator: newline)
        let isOnNewLine = YAMLText.isLineStart(in: source, at: position)
        put(
            position..<position,
            isOnNewLine || position == document.textStart ? text + newline : newline + text, depth: depth)
    }

    private mutating func put(_ range: Range<Int>, _ text: String, depth: Int = .max) {
        changes.append(Change(range: range, text: text, depth: depth))
    }

    /// The node at whose end a block collection ends, since libyaml counts the comments behind to it.
    private func lastLeaf(of id: Int) -> Int {
        switch document.nodes[id].content {
        case .mapping(let entries, false): entries.last.map { lastLeaf(of: $0.value) } ?? id
        case .sequence(let items, false): items.last.map { lastLeaf(of: $0) } ?? id
        case .mapping, .sequence, .scalar, .alias: id
        }
    }

    /// The text of a block scalar without its header, indentation and final line breaks.
    private func blockContent(of node: YAMLNode, key: String) throws(ReleaseSetError) -> Range<Int> {
        let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        let body = YAMLText.lineEnd(in: source, from: node.range.lowerBound)
        guard body < node.range.upperBound,
            let first = source[body..<node.range.upperBound].firstIndex(where: { !isBlank($0) }),
            let last = source[body..<node.range.upperBound].lastIndex(where: { !isBlank($0) }),
            let begin = node.scalar?.text.utf8.first, !isBlank(begin)
        else { throw obstacle("its block scalar has an unusual form", node, key) }
        return first..<(last + 1)
    }

    private func obstacle(_ text: String, _ node: YAMLNode, _ key: String) -> ReleaseSetError {
        .valuesEdit(key: key, line: node.line, obstacle: text)
    }
}
