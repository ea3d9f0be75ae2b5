/// A regular expression that is matched in time linear in the text, whatever the text is.
///
/// It matches anywhere in the text, as in cosign, unless it says `^` and `$`. The text comes from a certificate and so
/// from anyone: all states are followed at once and none is ever tried again (K. Thompson, "Regular Expression Search
/// Algorithm", CACM 11(6), 1968), and text beyond 4 KiB matches nothing.
package struct TextPattern: Sendable {
    package let text: String
    /// Whether nothing may stand before what it describes.
    package let isAnchoredAtStart: Bool
    /// Whether nothing may stand behind it.
    package let isAnchoredAtEnd: Bool
    private let program: [PatternStep]

    package static let subjectLimit = 4096

    package init(_ text: String) throws(PatternError) {
        let tree = try PatternSyntax.tree(of: text)
        self.text = text
        isAnchoredAtStart = tree.isAnchored(at: .start)
        isAnchoredAtEnd = tree.isAnchored(at: .end)
        program = try PatternStep.program(of: tree)
    }

    package func matches(_ subject: String) -> Bool {
        guard subject.utf8.count <= Self.subjectLimit else { return false }
        let scalars = subject.unicodeScalars.map(\.value)
        var threads = PatternThreads(program)
        for position in 0...scalars.count {
            // A new try begins at every place, which is what an expression without `^` means.
            threads.begin(isStart: position == 0, isEnd: position == scalars.count)
            if threads.hasMatched { return true }
            if position < scalars.count {
                threads.advance(over: scalars[position], isEnd: position + 1 == scalars.count)
            }
            if threads.hasMatched { return true }
        }
        return false
    }
}

extension TextPattern: Hashable {
    package static func == (left: TextPattern, right: TextPattern) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(Array(text.utf8)) }
}

extension PatternNode {
    /// Whether every way through the tree begins or ends at that end of the text.
    fileprivate func isAnchored(at edge: PatternNode) -> Bool {
        switch self {
        case .start, .end: self == edge
        case .empty, .one: false
        case .sequence(let parts): (edge == .start ? parts.first : parts.last)?.isAnchored(at: edge) ?? false
        case .either(let branches): branches.allSatisfy { $0.isAnchored(at: edge) }
        case .repeated(let node, let least, _): least > 0 && node.isAnchored(at: edge)
        }
    }
}
