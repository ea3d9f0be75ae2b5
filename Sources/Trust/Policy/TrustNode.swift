import StrictJSON

/// A value of a trust file, and how its kinds of value are read.
struct TrustNode {
    private let node: JSONNode

    private init(_ node: JSONNode) {
        self.node = node
    }

    init(_ json: [UInt8], name: String) throws(TrustFileError) {
        node = try Self.read { () throws(JSONError) in
            try StrictJSON.parseObject(json, name: name, limits: JSONLimits(bytes: TrustFile.byteLimit))
        }
    }

    func fault(_ rule: TrustFileError.Rule, _ text: String) -> TrustFileError {
        .rule(rule, document: node.document, at: node.pointer, text: text)
    }

    /// The same value, told under another place.
    func at(_ step: String) -> TrustNode {
        TrustNode(JSONNode(node.value, document: node.document, pointer: node.pointer + step))
    }

    func allowOnly(_ names: [String]) throws(TrustFileError) {
        for member in try Self.read({ () throws(JSONError) in try node.members() })
        where !names.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            throw TrustNode(member.node).fault(
                .unknown, "is not known here; known are \(names.joined(separator: ", "))")
        }
    }

    func member(_ name: String) throws(TrustFileError) -> TrustNode {
        TrustNode(try Self.read { () throws(JSONError) in try node.member(name) })
    }

    func optional(_ name: String) throws(TrustFileError) -> TrustNode? {
        try Self.read { () throws(JSONError) in try node.optional(name) }.map(TrustNode.init)
    }

    func elements() throws(TrustFileError) -> [TrustNode] {
        try Self.read { () throws(JSONError) in try node.array() }.map(TrustNode.init)
    }

    /// The elements of a member that may be absent.
    func list(_ name: String) throws(TrustFileError) -> [TrustNode] { try optional(name)?.elements() ?? [] }

    func integer() throws(TrustFileError) -> Int64 {
        try Self.read { () throws(JSONError) in try node.integer() }
    }

    /// A small number: nobody asks for more than a hundred of anything.
    func count() throws(TrustFileError) -> Int {
        let value = try integer()
        guard value <= 100 else {
            throw .json(node.shape(expected: "a number up to 100", found: "\(value)"))
        }
        return Int(value)
    }

    func string() throws(TrustFileError) -> String {
        try Self.read { () throws(JSONError) in try node.string() }
    }

    func text() throws(TrustFileError) -> String {
        let text = try string()
        guard text.utf8.contains(where: { $0 > 0x20 }) else {
            throw .json(node.shape(expected: "a text", found: "an empty one"))
        }
        return text
    }

    /// A name that policies call a key or root by.
    func name() throws(TrustFileError) -> String {
        let text = try string()
        let isSound = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || "._-".utf8.contains(byte)
        }
        guard isSound, (1...64).contains(text.utf8.count) else {
            throw .json(
                node.shape(expected: "a name of 1 to 64 letters, digits and ._-", found: "another text"))
        }
        return text
    }

    func choice(of words: [String]) throws(TrustFileError) -> String {
        let text = try string()
        guard words.contains(text) else {
            throw .json(node.shape(expected: words.joined(separator: " or "), found: "\"\(text)\""))
        }
        return text
    }

    func time() throws(TrustFileError) -> Timestamp {
        let text = try string()
        guard let time = Timestamp(text) ?? Timestamp(text + "T00:00:00Z") else {
            throw fault(.time, "expected YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, found \"\(text)\"")
        }
        return time
    }

    func digest() throws(TrustFileError) -> [UInt8] { try keyID().bytes }

    /// SHA-256 as `sha256sum` writes it, or as this program writes the identity of a key.
    func keyID() throws(TrustFileError) -> KeyID {
        let text = try string()
        guard let id = KeyID(text) ?? KeyID("sha256:" + text) else {
            throw fault(.digest, "expected 64 lowercase hex digits, found \"\(text)\"")
        }
        return id
    }

    func pattern() throws(TrustFileError) -> NamePattern {
        let text = try string()
        guard let pattern = NamePattern(text) else {
            throw fault(
                .match, "expected a name in which each * is a whole path component, found \"\(text)\"")
        }
        return pattern
    }

    /// A text of a certificate, exact or as a regular expression, which has to be pinned one way and not both.
    func pin(_ name: String) throws(TrustFileError) -> TextPin {
        switch (try optional(name), try optional(name + "-regexp")) {
        case (let exact?, nil): return .exact(try exact.exactText())
        case (nil, let regexp?): return .pattern(try regexp.regexp())
        case (nil, nil): throw fault(.identity, "needs \(name) or \(name)-regexp")
        default: throw fault(.identity, "has both \(name) and \(name)-regexp")
        }
    }

    /// A text that a certificate must hold; braces stand in it only as placeholders.
    func exactText() throws(TrustFileError) -> String {
        let text = try text()
        var rest = Array(text.utf8)[...]
        while let brace = rest.firstIndex(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) {
            rest = rest[brace...]
            guard let placeholder = Placeholder(beginning: rest) else {
                throw fault(.identity, "has a brace that is not part of \(Placeholder.list)")
            }
            rest = rest.dropFirst(placeholder.rawValue.utf8.count)
        }
        return text
    }

    private func regexp() throws(TrustFileError) -> TextPattern {
        let text = try text()
        if let placeholder = Placeholder.allCases.first(where: { text.contains($0.rawValue) }) {
            throw fault(
                .regexp,
                "\(placeholder.rawValue) stands only in exact texts; in a regular expression braces repeat")
        }
        do throws(PatternError) {
            return try TextPattern(text)
        } catch {
            throw fault(.regexp, "the regular expression is not taken: \(error)")
        }
    }

    /// Names that have to be told apart.
    func requireDistinct(_ member: String, _ names: [String]) throws(TrustFileError) {
        for (number, name) in names.enumerated() where names[..<number].contains(name) {
            throw at(member.isEmpty ? "" : "/\(member)/\(number)").fault(.duplicate, "\(name) stands twice")
        }
    }

    private static func read<Value>(_ body: () throws(JSONError) -> Value) throws(TrustFileError) -> Value {
        do throws(JSONError) {
            return try body()
        } catch {
            throw .json(error)
        }
    }
}
