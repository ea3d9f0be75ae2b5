/// A regular expression as a tree.
indirect enum PatternNode: Hashable, Sendable {
    case empty
    case one(of: ScalarSet)
    /// The start of the text.
    case start
    /// The end of the text.
    case end
    case sequence([PatternNode])
    case either([PatternNode])
    /// No upper bound where `most` is nothing.
    case repeated(PatternNode, least: Int, most: Int?)
}

/// Some Unicode scalars, or all but some.
struct ScalarSet: Hashable, Sendable {
    var ranges: [ClosedRange<UInt32>]
    var isNegated = false

    func contains(_ scalar: UInt32) -> Bool {
        ranges.contains { $0.contains(scalar) } != isNegated
    }

    /// Everything but a line feed, which is what a full stop stands for in RE2.
    static let any = ScalarSet(ranges: [0x0A...0x0A], isNegated: true)
    static let digits = ScalarSet(ranges: [0x30...0x39])
    static let words = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let spaces = ScalarSet(ranges: [0x09...0x0A, 0x0C...0x0D, 0x20...0x20])

    /// What is left of all scalars.
    var inverted: [ClosedRange<UInt32>] {
        var next: UInt32 = 0
        var rest: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > next { rest.append(next...range.lowerBound - 1) }
            next = max(next, range.upperBound + 1)
        }
        return next > 0x10FFFF ? rest : rest + [next...0x10FFFF]
    }
}

/// Reads the part of RE2's syntax whose meaning every engine shares: literals, `.`, classes, `\d \s \w`, groups,
/// alternation, repetition, `^` and `$` for the ends of the text.
///
/// What would make matching more than linear, or mean one thing here and another there, is refused by its name.
///
/// github.com/google/re2, wiki "Syntax".
struct PatternSyntax {
    static let byteLimit = 4096
    static let depthLimit = 64
    static let repeatLimit = 1000

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    static func tree(of text: String) throws(PatternError) -> PatternNode {
        guard text.utf8.count <= byteLimit else {
            throw .tooLarge("it is longer than \(byteLimit) bytes")
        }
        var syntax = PatternSyntax(scalars: Array(text.unicodeScalars))
        let node = try syntax.either()
        guard syntax.next == nil else {
            throw .syntax(expected: "no closing parenthesis", offset: syntax.position)
        }
        return node
    }

    private init(scalars: [Unicode.Scalar]) {
        self.scalars = scalars
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func peek(_ text: String) -> Bool {
        scalars[position...].starts(with: text.unicodeScalars)
    }

    private mutating func skip(_ text: String) -> Bool {
        guard peek(text) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func either() throws(PatternError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthLimit else {
            throw .tooLarge("its groups nest deeper than \(Self.depthLimit)")
        }
        var branches = [try sequence()]
        while skip("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .either(branches)
    }

    private mutating func sequence() throws(PatternError) -> PatternNode {
        var parts: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            parts.append(try repeated(try atom()))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func atom() throws(PatternError) -> PatternNode {
        let offset = position
        guard let scalar = next else { throw .syntax(expected: "something", offset: offset) }
        position += 1
        switch scalar {
        case "^": return .start
        case "$": return .end
        case ".": return .one(of: .any)
        case "(": return try group()
        case "[": return .one(of: try bracket())
        case "\\": return try escape()
        case "*", "+", "?": throw .syntax(expected: "something to repeat", offset: offset)
        // RE2 takes a brace that is no repetition for itself; spelled `\{` nobody has to wonder.
        case "{", "}":
            throw .syntax(expected: "a brace to stand behind a backslash, or to repeat", offset: offset)
        default: return .one(of: ScalarSet(ranges: [scalar.value...scalar.value]))
        }
    }

    private mutating func group() throws(PatternError) -> PatternNode {
        let offset = position - 1
        for (mark, name) in Self.foreignGroups where peek(mark) { throw .unsupported(name, offset: offset) }
        if !skip("?:"), peek("?") { throw .unsupported("an inline flag", offset: offset) }
        let node = try either()
        guard skip(")") else { throw .syntax(expected: "a closing parenthesis", offset: position) }
        return node
    }

    private static let foreignGroups = [
        ("?=", "a look-ahead"), ("?!", "a look-ahead"), ("?<=", "a look-behind"), ("?<!", "a look-behind"),
        ("?>", "an atomic group"), ("?P", "a named group"), ("?<", "a named group"), ("?#", "a comment"),
        ("?(", "a condition"),
    ]

    private mutating func repeated(_ atom: PatternNode) throws(PatternError) -> PatternNode {
        let offset = position
        let bounds: (Int, Int?)
        if skip("*") {
            bounds = (0, nil)
        } else if skip("+") {
            bounds = (1, nil)
        } else if skip("?") {
            bounds = (0, 1)
        } else if skip("{") {
            bounds = try counts(from: offset)
        } else {
            return atom
        }
        if next == "+" { throw .unsupported("a possessive repetition", offset: position) }
        // How greedy it is decides what is taken, never whether something matches.
        _ = skip("?")
        if let mark = next, "*+?{".unicodeScalars.contains(mark) {
            throw .unsupported("a repetition of a repetition", offset: position)
        }
        return .repeated(atom, least: bounds.0, most: bounds.1)
    }

    private mutating func counts(from offset: Int) throws(PatternError) -> (Int, Int?) {
        let least = try number(from: offset)
        var most: Int? = least
        if skip(",") { most = next == "}" ? nil : try number(from: offset) }
        guard skip("}"), most.map({ $0 >= least }) ?? true else {
            throw .syntax(expected: "{n}, {n,} or {n,m}", offset: offset)
        }
        return (least, most)
    }

    private mutating func number(from offset: Int) throws(PatternError) -> Int {
        var value = 0
        let start = position
        while let digit = next, ("0"..."9").contains(digit) {
            value = value * 10 + Int(digit.value - 0x30)
            guard value <= Self.repeatLimit else {
                throw .tooLarge("it repeats more than \(Self.repeatLimit) times")
            }
            position += 1
        }
        guard position > start else { throw .syntax(expected: "{n}, {n,} or {n,m}", offset: offset) }
        return value
    }

    private mutating func escape() throws(PatternError) -> PatternNode {
        let offset = position - 1
        guard let scalar = next else {
            throw .syntax(expected: "a character behind the backslash", offset: position)
        }
        position += 1
        switch scalar {
        case "A": return .start
        case "z": return .end
        default: return .one(of: try set(escaped: scalar, offset: offset))
        }
    }

    /// What a backslash and this character stand for, in and outside of a class.
    private func set(escaped scalar: Unicode.Scalar, offset: Int) throws(PatternError) -> ScalarSet {
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet(ranges: ScalarSet.digits.inverted)
        case "w": return .words
        case "W": return ScalarSet(ranges: ScalarSet.words.inverted)
        case "s": return .spaces
        case "S": return ScalarSet(ranges: ScalarSet.spaces.inverted)
        case "t": return ScalarSet(ranges: [0x09...0x09])
        case "n": return ScalarSet(ranges: [0x0A...0x0A])
        case "r": return ScalarSet(ranges: [0x0D...0x0D])
        case "0"..."9", "k", "g": throw .unsupported("a back-reference", offset: offset)
        case "b", "B": throw .unsupported("a word boundary", offset: offset)
        case "p", "P": throw .unsupported("a Unicode class", offset: offset)
        case "Q", "E": throw .unsupported("quoting with \\Q", offset: offset)
        case "x", "u": throw .unsupported("a character by its number", offset: offset)
        case "a"..."z", "A"..."Z": throw .unsupported("the escape \\\(scalar)", offset: offset)
        default: return ScalarSet(ranges: [scalar.value...scalar.value])
        }
    }

    private mutating func bracket() throws(PatternError) -> ScalarSet {
        let offset = position - 1
        var set = ScalarSet(ranges: [], isNegated: skip("^"))
        var isFirst = true
        while isFirst || next != "]" {
            isFirst = false
            if peek("[:") { throw .unsupported("a POSIX class", offset: position) }
            let low = try member(of: offset)
            guard case let (from?, nil) = (low.single, low.others) else {
                set.ranges += low.others ?? []
                continue
            }
            guard peek("-"), position + 1 < scalars.count, scalars[position + 1] != "]" else {
                set.ranges.append(from...from)
                continue
            }
            position += 1
            guard let upTo = try member(of: offset).single, upTo >= from else {
                throw .syntax(expected: "a range that goes up", offset: position - 1)
            }
            set.ranges.append(from...upTo)
        }
        position += 1
        return set
    }

    /// One character of a class, or the many that an escape stands for.
    private mutating func member(
        of offset: Int
    ) throws(PatternError) -> (single: UInt32?, others: [ClosedRange<UInt32>]?) {
        guard let scalar = next else { throw .syntax(expected: "a closing bracket", offset: offset) }
        position += 1
        guard scalar == "\\" else { return (scalar.value, nil) }
        guard let escaped = next else { throw .syntax(expected: "a closing bracket", offset: offset) }
        position += 1
        let ranges = try set(escaped: escaped, offset: position - 2).ranges
        guard let only = ranges.first, ranges.count == 1, only.lowerBound == only.upperBound else {
            return (nil, ranges)
        }
        return (only.lowerBound, nil)
    }
}
