import StrictJSON

/// A place in a document of evidence, read by the rules of protobuf's JSON mapping.
///
/// `null` is an absent member, a 64-bit integer may be a number or a string, bytes are base64, and a member that the
/// message does not have is refused, as protobuf's own reader does.
///
/// protobuf.dev, "ProtoJSON Format".
struct EvidenceNode {
    private let node: JSONNode

    /// What an attested bill of materials may take: its text is one string in the envelope, then a document.
    static let limits = JSONLimits(bytes: 16 << 20, values: 1_000_000, stringBytes: 16 << 20)

    /// Reads one object, all the bytes.
    init(json: [UInt8], name: String) throws(EvidenceFault) {
        do throws(JSONError) {
            node = try StrictJSON.parseObject(json, name: name, limits: Self.limits)
        } catch {
            throw EvidenceFault(.json, error.description)
        }
    }

    private init(_ node: JSONNode) {
        self.node = node
    }

    /// Refuses members other than these.
    func allow(_ names: Set<String>) throws(EvidenceFault) {
        for member in try json({ () throws(JSONError) in try node.members() })
        where !names.contains(where: { $0.hasBytes(of: member.name) }) {
            throw shape(
                "a member of \(names.sorted().joined(separator: ", "))", found: quoted(member.name))
        }
    }

    /// Refuses members that equal one of these after case folding and are not identical to it.
    func refuseOtherCase(of known: KnownMembers) throws(EvidenceFault) {
        try json { () throws(JSONError) in try known.check(node) }
    }

    func optional(_ name: String) throws(EvidenceFault) -> EvidenceNode? {
        let found = try json { () throws(JSONError) in try node.optional(name) }
        guard let found, !found.isNull else { return nil }
        return EvidenceNode(found)
    }

    func member(_ name: String) throws(EvidenceFault) -> EvidenceNode {
        guard let found = try optional(name) else { throw shape("the member \(name)", found: "none") }
        return found
    }

    /// The one member that is there of those that exclude each other.
    func one(of names: [String]) throws(EvidenceFault) -> (name: String, node: EvidenceNode) {
        var found: [(name: String, node: EvidenceNode)] = []
        for name in names {
            if let node = try optional(name) { found.append((name, node)) }
        }
        guard let one = found.first, found.count == 1 else {
            throw EvidenceFault(
                .format,
                "\(place): expected exactly one of \(names.joined(separator: ", ")), found "
                    + (found.isEmpty ? "none" : found.map(\.name).joined(separator: " and ")))
        }
        return one
    }

    /// The elements of a list; an absent list is an empty one.
    func list(_ name: String, limit: Int) throws(EvidenceFault) -> [EvidenceNode] {
        guard let list = try optional(name) else { return [] }
        let elements = try json { () throws(JSONError) in try list.node.array() }
        guard elements.count <= limit else {
            throw list.shape("at most \(limit) elements", found: "\(elements.count)")
        }
        return elements.map(EvidenceNode.init)
    }

    func string() throws(EvidenceFault) -> String {
        try json { () throws(JSONError) in try node.string() }
    }

    /// A whole number from 0 to 2^53-1, also as a string; an absent one is 0.
    ///
    /// Beyond 2^53-1 the canonical JSON that logs sign (RFC 8785, section 3.2.2.3) would spell another number.
    func integer(_ name: String) throws(EvidenceFault) -> Int64 {
        guard let member = try optional(name) else { return 0 }
        let spelled: JSONValue
        if case .string(let text) = member.node.value {
            spelled = .number(text)
        } else {
            spelled = member.node.value
        }
        let number = JSONNode(spelled, document: node.document, pointer: member.node.pointer)
        return try json { () throws(JSONError) in try number.integer() }
    }

    /// Bytes; absent and empty ones are the same to protobuf.
    func bytes(_ name: String) throws(EvidenceFault) -> [UInt8] {
        guard let member = try optional(name) else { return [] }
        return try member.bytes()
    }

    func bytes() throws(EvidenceFault) -> [UInt8] {
        try decoded(string())
    }

    func decoded(_ text: String) throws(EvidenceFault) -> [UInt8] {
        do throws(Base64Error) {
            return try Base64.decode(text)
        } catch {
            throw EvidenceFault(.base64, "\(place): is not base64: \(error)")
        }
    }

    /// The members of an object whose names are data.
    func members() throws(EvidenceFault) -> [(name: String, node: EvidenceNode)] {
        try json { () throws(JSONError) in try node.members() }.map { ($0.name, EvidenceNode($0.node)) }
    }

    var value: JSONValue { node.value }

    /// The fault for a value that is not what belongs here.
    func shape(_ expected: String, found: String? = nil) -> EvidenceFault {
        EvidenceFault(.json, node.shape(expected: expected, found: found).description)
    }

    private var place: String {
        node.pointer.isEmpty ? node.document : "\(node.document): \(node.pointer)"
    }

    private func json<Value>(_ read: () throws(JSONError) -> Value) throws(EvidenceFault) -> Value {
        do throws(JSONError) {
            return try read()
        } catch {
            throw EvidenceFault(.json, error.description)
        }
    }
}
