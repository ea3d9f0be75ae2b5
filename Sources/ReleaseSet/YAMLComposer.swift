/// Builds the nodes of a document from the parser's events and refuses what has no place in a release.
struct YAMLComposer {
    private let bytes: [UInt8]
    private(set) var nodes: [YAMLNode] = []
    /// For each node, how many nodes it stands for and how deep they go once aliases are followed.
    private var extents: [(count: Int, height: Int)] = []
    private var anchors: [[UInt8]: Int] = [:]
    /// Anchors of the collections that are still being read.
    private var open: [[UInt8]] = []
    private var aliases = 0
    /// How many brackets and braces are open.
    private var flows = 0

    private let tags: YAMLDocument.TagRule

    init(bytes: [UInt8], tags: YAMLDocument.TagRule) {
        self.bytes = bytes
        self.tags = tags
    }

    mutating func compose(
        from parser: borrowing YAMLParser
    ) throws(YAMLError) -> (root: Int?, explicitEnd: Int?) {
        var root: Int?
        var explicitEnd: Int?
        while true {
            let event = try parser.next()
            switch event.kind {
            case .streamStart:
                continue
            case .streamEnd:
                return (root, explicitEnd)
            case .documentStart:
                guard root == nil else { throw .secondDocument(line: event.line) }
                root = try documentRoot(from: parser)
            case .documentEnd(let isExplicit):
                explicitEnd = isExplicit ? event.range.lowerBound : nil
            case .alias, .collectionEnd, .scalar, .sequenceStart, .mappingStart:
                throw .syntax(problem: "a node outside of the document", line: event.line)
            }
        }
    }

    /// Reads the root node of the document that has just begun.
    mutating func documentRoot(from parser: borrowing YAMLParser) throws(YAMLError) -> Int {
        try node(try parser.next(), depth: 1, from: parser)
    }

    private mutating func node(
        _ event: YAMLEvent, depth: Int, from parser: borrowing YAMLParser
    ) throws(YAMLError) -> Int {
        guard depth <= YAMLDocument.depthLimit else {
            throw .tooDeep(line: event.line, limit: YAMLDocument.depthLimit)
        }
        try checkTag(of: event)
        switch event.kind {
        case .alias:
            return try alias(event)
        case .scalar(let text, let style):
            return try add(event, .scalar(text, style), children: [])
        case .sequenceStart(let isFlow):
            return try sequence(event, isFlow: isFlow, depth: depth, from: parser)
        case .mappingStart(let isFlow):
            return try mapping(event, isFlow: isFlow, depth: depth, from: parser)
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .collectionEnd:
            throw .syntax(problem: "a node is missing", line: event.line)
        }
    }

    private mutating func alias(_ event: YAMLEvent) throws(YAMLError) -> Int {
        aliases += 1
        guard aliases <= YAMLDocument.aliasLimit else {
            throw .tooManyAliases(line: event.line, limit: YAMLDocument.aliasLimit)
        }
        let name = event.anchor ?? ""
        // The innermost meaning wins: an open collection hides an older anchor of the same name.
        guard !open.contains(Array(name.utf8)) else { throw .recursiveAlias(name: name, line: event.line) }
        guard let target = anchors[Array(name.utf8)] else {
            throw .unknownAnchor(name: name, line: event.line)
        }
        return try add(event, .alias(target: target), children: [target])
    }

    private mutating func sequence(
        _ start: YAMLEvent, isFlow: Bool, depth: Int, from parser: borrowing YAMLParser
    ) throws(YAMLError) -> Int {
        begin(start, isFlow: isFlow)
        var items: [Int] = []
        while true {
            let event = try parser.next()
            if case .collectionEnd = event.kind {
                finish(start, isFlow: isFlow)
                return try add(
                    start, .sequence(items, isFlow: isFlow), children: items, end: event.range.upperBound)
            }
            items.append(try node(event, depth: depth + 1, from: parser))
        }
    }

    private mutating func mapping(
        _ start: YAMLEvent, isFlow: Bool, depth: Int, from parser: borrowing YAMLParser
    ) throws(YAMLError) -> Int {
        begin(start, isFlow: isFlow)
        var entries: [YAMLNode.Entry] = []
        var lines: [[UInt8]: Int] = [:]
        while true {
            let event = try parser.next()
            if case .collectionEnd = event.kind {
                finish(start, isFlow: isFlow)
                return try add(
                    start, .mapping(entries, isFlow: isFlow),
                    children: entries.flatMap { [$0.key, $0.value] },
                    end: event.range.upperBound)
            }
            let key = try node(event, depth: depth + 1, from: parser)
            guard let (text, style) = nodes[key].scalar, nodes[key].tag != YAMLDocument.binaryTag else {
                throw .unusableKey(line: event.line)
            }
            // Readers disagree whether a quoted "<<" merges.
            guard style == .plain || text != "<<" else { throw .unusableKey(line: event.line) }
            if let first = lines.updateValue(event.line, forKey: Array(text.utf8)) {
                throw .duplicateKey(key: text, line: event.line, first: first)
            }
            let value = try node(try parser.next(), depth: depth + 1, from: parser)
            if nodes[key].isMergeKey {
                guard isMergeable(value) else { throw .unusableMerge(line: event.line) }
            }
            entries.append(YAMLNode.Entry(key: key, value: value))
        }
    }

    private mutating func begin(_ start: YAMLEvent, isFlow: Bool) {
        if let anchor = start.anchor { open.append(Array(anchor.utf8)) }
        if isFlow { flows += 1 }
    }

    private mutating func finish(_ start: YAMLEvent, isFlow: Bool) {
        if start.anchor != nil { open.removeLast() }
        if isFlow { flows -= 1 }
    }

    private func isMergeable(_ id: Int) -> Bool {
        switch nodes[id].content {
        case .mapping: true
        case .alias(let target):
            if case .mapping = nodes[target].content { true } else { false }
        case .sequence(let items, _):
            items.allSatisfy { item in
                if case .sequence = nodes[item].content { false } else { isMergeable(item) }
            }
        case .scalar: false
        }
    }

    private func checkTag(of event: YAMLEvent) throws(YAMLError) {
        guard tags == .coreSchema, let tag = event.tag, !Self.isCore(tag) else { return }
        throw .foreignTag(tag: tag, line: event.line)
    }

    private static func isCore(_ tag: String) -> Bool {
        let names = ["str", "int", "float", "bool", "null", "map", "seq"]
        return names.contains { tag.utf8.elementsEqual("tag:yaml.org,2002:\($0)".utf8) }
    }

    /// The tag that the node keeps.
    private static func kept(_ tag: String?) -> String? {
        tag.flatMap { isCore($0) || $0 == YAMLDocument.binaryTag ? $0 : nil }
    }

    private mutating func add(
        _ event: YAMLEvent, _ content: YAMLNode.Content, children: [Int], end: Int? = nil
    ) throws(YAMLError) -> Int {
        guard nodes.count < YAMLDocument.expansionLimit else {
            throw .expansion(line: event.line, limit: YAMLDocument.expansionLimit)
        }
        var extent = (count: 1, height: 1)
        for child in children {
            extent.count += extents[child].count
            extent.height = max(extent.height, extents[child].height + 1)
        }
        guard extent.count <= YAMLDocument.expansionLimit else {
            throw .expansion(line: event.line, limit: YAMLDocument.expansionLimit)
        }
        guard extent.height <= 2 * YAMLDocument.depthLimit else {
            throw .tooDeep(line: event.line, limit: YAMLDocument.depthLimit)
        }
        let isAlias = if case .alias = content { true } else { false }
        let upper = end ?? event.range.upperBound
        let lower = isAlias ? event.range.lowerBound : valueStart(of: event, before: upper)
        nodes.append(
            YAMLNode(
                content: content, range: lower..<max(lower, upper), line: event.line,
                isInFlow: flows > 0, anchor: isAlias ? nil : event.anchor, tag: Self.kept(event.tag)))
        extents.append(extent)
        let id = nodes.count - 1
        if !isAlias, let anchor = event.anchor { anchors[Array(anchor.utf8)] = id }
        return id
    }

    /// Where the node begins behind its anchor and tag, which libyaml counts as part of it.
    private func valueStart(of event: YAMLEvent, before end: Int) -> Int {
        var position = event.range.lowerBound
        guard event.anchor != nil || event.tag != nil else { return position }
        while position < end {
            switch bytes[position] {
            case UInt8(ascii: "&"):
                position += 1 + (event.anchor?.utf8.count ?? 0)
            case UInt8(ascii: "!"):
                position = skip(from: position, before: end) { !Self.isBlank($0) }
            case UInt8(ascii: "#"):
                position = skip(from: position, before: end) { $0 != 0x0A && $0 != 0x0D }
            case let byte where Self.isBlank(byte):
                position += 1
            default:
                return position
            }
        }
        return end
    }

    private func skip(from start: Int, before end: Int, while matches: (UInt8) -> Bool) -> Int {
        var position = start
        while position < end, matches(bytes[position]) { position += 1 }
        return position
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }
}
