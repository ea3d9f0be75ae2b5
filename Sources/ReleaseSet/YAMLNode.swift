/// One node of a `YAMLDocument`, with the place in the bytes where it was read.
package struct YAMLNode: Sendable {
    package enum ScalarStyle: Sendable {
        case plain, singleQuoted, doubleQuoted, literal, folded

        package var isBlock: Bool { self == .literal || self == .folded }
    }

    /// A key with its value, as positions in `YAMLDocument.nodes`.
    package struct Entry: Sendable {
        package let key: Int
        package let value: Int
    }

    package enum Content: Sendable {
        case scalar(String, YAMLNode.ScalarStyle)
        case sequence([Int], isFlow: Bool)
        case mapping([YAMLNode.Entry], isFlow: Bool)
        case alias(target: Int)
    }

    package let content: Content
    /// The bytes of the node without its anchor and tag.
    ///
    /// Of a block collection only the beginning is exact: its end lies behind the comments that follow it.
    package let range: Range<Int>
    /// Counted from one.
    package let line: Int
    /// Whether the node stands inside of brackets or braces, its own not counted.
    package let isInFlow: Bool
    package let anchor: String?
    package let tag: String?

    /// The text and style of a scalar.
    package var scalar: (text: String, style: ScalarStyle)? {
        if case .scalar(let text, let style) = content { (text, style) } else { nil }
    }

    /// Whether the core schema reads the node as null.
    package var isNull: Bool {
        guard let scalar, scalar.style == .plain else { return false }
        if let tag { return tag == "tag:yaml.org,2002:null" }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.text)
    }

    /// True if the node is a scalar that the core schema reads as null, a boolean or a number.
    var isOtherThanString: Bool {
        guard let scalar, scalar.style == .plain, tag == nil else { return isNull }
        let text = scalar.text
        return isNull || ["true", "false", "yes", "no", "on", "off"].contains(text.lowercased())
            || text.utf8.first.map { $0 != UInt8(ascii: "_") } == true && Double(text) != nil
    }

    /// Whether the node is the key `<<`, which takes over the entries of other mappings.
    package var isMergeKey: Bool {
        guard let scalar else { return false }
        return scalar.style == .plain && scalar.text == "<<"
    }
}
