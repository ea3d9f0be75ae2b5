/// One walk over the bytes of one document.
///
/// It descends by recursion; the depth is compared with its limit before each step down. `Scanner` reads the
/// bytes, this type knows how values fit together.
struct Parser {
    private var scanner: Scanner
    private let limits: JSONLimits
    private let elision: Elision?
    private var values = 0
    /// The names of all objects that are open, the innermost object's last.
    private var names: [Scanner.Text] = []

    /// Where a value stands with regard to the elided list.
    private enum Region {
        /// Outside of it.
        case kept
        /// The value of the member that is the list.
        case list
        /// An element of the list.
        case element
        /// A member of an element: dropped if it is an object or array.
        case member
        /// Somewhere inside a dropped object or array.
        case dropped
    }

    init(_ bytes: UnsafeBufferPointer<UInt8>, name: String, limits: JSONLimits, elision: Elision?) {
        scanner = Scanner(bytes, document: name, stringBytes: limits.stringBytes)
        self.limits = limits
        self.elision = elision
    }

    mutating func document() throws(JSONError) -> JSONValue {
        try scanner.refuseByteOrderMark()
        let value = try value(depth: 1, in: .kept)
        scanner.skipWhitespace()
        guard scanner.isAtEnd else {
            throw .trailing(document: scanner.document, offset: scanner.position)
        }
        return value
    }

    private mutating func value(depth: Int, in region: Region) throws(JSONError) -> JSONValue {
        try count()
        scanner.skipWhitespace()
        switch scanner.next {
        case UInt8(ascii: "{"):
            return try object(depth: depth, in: region)
        case UInt8(ascii: "["):
            return try array(depth: depth, in: region)
        case UInt8(ascii: "\""):
            let text = try scanner.text()
            return region == .dropped ? .null : .string(scanner.string(text))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            let spelling = try scanner.number()
            return region == .dropped ? .null : .number(scanner.string(spelling))
        case UInt8(ascii: "t") where scanner.skip("true"):
            return .bool(true)
        case UInt8(ascii: "f") where scanner.skip("false"):
            return .bool(false)
        case UInt8(ascii: "n") where scanner.skip("null"):
            return .null
        default:
            throw scanner.unexpected(wanted: "a value")
        }
    }

    private mutating func object(depth: Int, in region: Region) throws(JSONError) -> JSONValue {
        try descend(to: depth)
        let isDropped = region == .member || region == .dropped
        var members: [JSONObject.Member] = []
        let firstName = names.count
        let scratch = scanner.unescaped.count
        var index = NameIndex()
        if !scanner.skipEmpty(UInt8(ascii: "}")) {
            repeat {
                let name = try memberName(since: firstName, &index)
                let inner = self.region(ofMember: name, depth: depth, in: region)
                let value = try value(depth: depth + 1, in: inner)
                if !isDropped { members.append(JSONObject.Member(name: scanner.string(name), value: value)) }
            } while try scanner.skipComma(orEnd: UInt8(ascii: "}"))
        }
        names.removeSubrange(firstName...)
        scanner.unescaped.removeSubrange(scratch...)
        scanner.steps.removeLast()
        return isDropped ? .elided : .object(JSONObject(members: members))
    }

    private mutating func array(depth: Int, in region: Region) throws(JSONError) -> JSONValue {
        try descend(to: depth)
        let isDropped = region == .member || region == .dropped
        let inner: Region =
            switch region {
            case .kept: .kept
            case .list: .element
            case .element: .member
            case .member, .dropped: .dropped
            }
        var elements: [JSONValue] = []
        if !scanner.skipEmpty(UInt8(ascii: "]")) {
            var position = 0
            repeat {
                scanner.steps[depth - 1] = .element(position)
                position += 1
                let value = try value(depth: depth + 1, in: inner)
                if !isDropped { elements.append(value) }
            } while try scanner.skipComma(orEnd: UInt8(ascii: "]"))
        }
        scanner.steps.removeLast()
        return isDropped ? .elided : .array(elements)
    }

    private mutating func descend(to depth: Int) throws(JSONError) {
        guard depth <= limits.depth else {
            throw .depth(
                document: scanner.document, pointer: scanner.pointer, limit: limits.depth,
                offset: scanner.position)
        }
        scanner.steps.append(.start)
    }

    private mutating func count() throws(JSONError) {
        values += 1
        guard values <= limits.values else {
            throw .tokens(document: scanner.document, limit: limits.values, offset: scanner.position)
        }
    }

    private func region(ofMember name: Scanner.Text, depth: Int, in region: Region) -> Region {
        switch region {
        case .kept:
            guard depth == 1, let elision else { return .kept }
            return scanner.isText(name, elision.list) ? .list : .kept
        case .list: return .kept
        case .element: return .member
        case .member, .dropped: return .dropped
        }
    }
}

extension Parser {
    /// Up to this many names are compared one after the other, which is quicker than hashing them.
    private static let scanned = 8

    /// Reads a member name and its colon, and refuses a name that the object already has.
    private mutating func memberName(
        since first: Int, _ index: inout NameIndex
    ) throws(JSONError) -> Scanner.Text {
        scanner.steps[scanner.steps.count - 1] = .start
        try count()
        scanner.skipWhitespace()
        let offset = scanner.position
        guard scanner.next == UInt8(ascii: "\"") else { throw scanner.unexpected(wanted: "a member name") }
        let name = scanner.unescape(try scanner.text())
        guard !isKnown(name, since: first, &index) else {
            throw .duplicate(
                document: scanner.document, pointer: scanner.pointer, member: scanner.string(name),
                offset: offset)
        }
        names.append(name)
        scanner.steps[scanner.steps.count - 1] = .member(name)
        scanner.skipWhitespace()
        guard scanner.next == UInt8(ascii: ":") else { throw scanner.unexpected(wanted: "a colon") }
        scanner.position += 1
        return name
    }

    private func isKnown(_ name: Scanner.Text, since first: Int, _ index: inout NameIndex) -> Bool {
        let known = names.count - first
        if known < Self.scanned {
            return names[first...].contains { scanner.isSame($0, name) }
        }
        if known == Self.scanned {
            for position in first..<names.count {
                index.insert(position, hash: scanner.hash(of: names[position]))
            }
        }
        let hash = scanner.hash(of: name)
        let found = index.position(hash: hash) { scanner.isSame(names[$0], name) }
        index.insert(names.count, hash: hash)
        return found != nil
    }
}
