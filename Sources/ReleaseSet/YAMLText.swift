/// How texts are written into a YAML document that others laid out.
enum YAMLText {
    /// The scalar in the style of the one that it replaces, or in double quotes where plain would not do.
    ///
    /// Only printable ASCII comes here: registry locations, repositories and digests.
    static func scalar(_ text: String, as style: YAMLNode.ScalarStyle, isInFlow: Bool) -> String {
        switch style {
        case .plain where isPlain(text, isInFlow: isInFlow):
            return text
        case .singleQuoted:
            return "'" + text.replacing("'", with: "''") + "'"
        case .plain, .doubleQuoted, .literal, .folded:
            let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            return "\"" + escaped + "\""
        }
    }

    /// Whether every reader takes the bare text for this very string.
    ///
    /// Narrower than the specification: what begins with a digit could be a number or a time to somebody,
    /// and a colon inside of braces was an error to older parsers.
    static func isPlain(_ text: String, isInFlow: Bool) -> Bool {
        let words = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first | 0x20),
            text.utf8.last != UInt8(ascii: ":"), !words.contains(text.lowercased())
        else { return false }
        return text.utf8.allSatisfy {
            FileName.isAlphanumeric($0) || "._/-".utf8.contains($0)
                || ($0 == UInt8(ascii: ":") && !isInFlow)
        }
    }

    /// The length of the line break at a position, or 0; YAML 1.1 knows five of them.
    static func lineBreak(in bytes: [UInt8], at position: Int) -> Int {
        let next = bytes[position...].prefix(3)
        if next.starts(with: [0x0D, 0x0A]) || next.starts(with: [0xC2, 0x85]) { return 2 }
        if next.starts(with: [0xE2, 0x80, 0xA8]) || next.starts(with: [0xE2, 0x80, 0xA9]) { return 3 }
        return next.first == 0x0A || next.first == 0x0D ? 1 : 0
    }

    /// Whether a line begins at a position.
    static func isLineStart(in bytes: [UInt8], at position: Int) -> Bool {
        guard position > 0 else { return true }
        return (1...3).contains { length in
            length <= position && lineBreak(in: bytes, at: position - length) == length
        }
    }

    /// The first line break of the document, which is taken for the style of all of it.
    static func newline(of bytes: [UInt8]) -> String {
        guard let first = bytes.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) else { return "\n" }
        return String(decoding: bytes[first..<(first + lineBreak(in: bytes, at: first))], as: UTF8.self)
    }

    /// The position behind the line in which `position` lies.
    static func lineEnd(in bytes: [UInt8], from position: Int) -> Int {
        var position = position
        while position < bytes.count {
            let length = lineBreak(in: bytes, at: position)
            if length > 0 { return position + length }
            position += 1
        }
        return position
    }

    /// The position at which the line of `position` begins.
    static func lineStart(in bytes: [UInt8], of position: Int) -> Int {
        var position = position
        while !isLineStart(in: bytes, at: position) { position -= 1 }
        return position
    }
}

/// Something new that is written into a document: a text, or keys or items with such things.
indirect enum YAMLTree: Hashable, Sendable {
    case text(String)
    case mapping([Entry])
    case sequence([YAMLTree])

    struct Entry: Hashable, Sendable {
        let key: String
        var value: YAMLTree
    }

    /// The tree with one thing more, at a path of keys below.
    func setting(_ path: ArraySlice<String>, to new: YAMLTree) -> YAMLTree {
        guard let key = path.first else { return new }
        var entries: [Entry] = []
        if case .mapping(let own) = self { entries = own }
        if let index = entries.firstIndex(where: { $0.key == key }) {
            entries[index].value = entries[index].value.setting(path.dropFirst(), to: new)
        } else {
            entries.append(Entry(key: key, value: YAMLTree.mapping([]).setting(path.dropFirst(), to: new)))
        }
        return .mapping(entries)
    }

    /// In lines, one for each text.
    func blockLines(indent: Int) -> [String] {
        let margin = String(repeating: " ", count: indent)
        return switch self {
        case .text(let text):
            [margin + YAMLText.scalar(text, as: .plain, isInFlow: false)]
        case .mapping(let entries):
            entries.flatMap { entry in
                switch entry.value {
                case .text(let text):
                    [margin + entry.key + ": " + YAMLText.scalar(text, as: .plain, isInFlow: false)]
                case .mapping, .sequence:
                    [margin + entry.key + ":"] + entry.value.blockLines(indent: indent + 2)
                }
            }
        case .sequence(let items):
            items.flatMap { item in
                let lines = item.blockLines(indent: indent + 2)
                return lines.prefix(1).map { margin + "- " + $0.dropFirst(indent + 2) } + lines.dropFirst()
            }
        }
    }

    /// What stands inside of braces or brackets, one string for each key or item.
    func flowEntries(style: YAMLNode.ScalarStyle) -> [String] {
        switch self {
        case .text: []
        case .mapping(let entries):
            entries.map { entry in
                YAMLText.scalar(entry.key, as: style, isInFlow: true) + ": " + entry.value.flow(style: style)
            }
        case .sequence(let items): items.map { $0.flow(style: style) }
        }
    }

    func flow(style: YAMLNode.ScalarStyle) -> String {
        switch self {
        case .text(let text): YAMLText.scalar(text, as: style, isInFlow: true)
        case .mapping: "{" + flowEntries(style: style).joined(separator: ", ") + "}"
        case .sequence: "[" + flowEntries(style: style).joined(separator: ", ") + "]"
        }
    }
}
