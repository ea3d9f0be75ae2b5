/// The members of one kind of JSON object that programs written in Go read.
///
/// Go's `encoding/json` takes a member for a known one if the names are equal after simple case folding, and keeps the last
/// of several. A document with `layers` and `Layers` is one thing here and another there, so a name that equals a known one
/// only after folding is refused. Objects whose names are data, such as annotations, are not described by this type.
package struct KnownMembers: Sendable {
    private struct Member: Sendable {
        let name: String
        let object: KnownMembers?
    }

    private let members: [[UInt8]: Member]

    /// - Parameters:
    ///   - names: members with values that are not looked into.
    ///   - objects: members that are an object of known members, or an array of such objects.
    package init(_ names: [String], objects: [String: KnownMembers] = [:]) {
        var members: [[UInt8]: Member] = [:]
        for name in names { members[Self.folded(name)] = Member(name: name, object: nil) }
        for (name, object) in objects { members[Self.folded(name)] = Member(name: name, object: object) }
        self.members = members
    }

    /// The known name that `name` equals after case folding without being identical to it.
    package func otherCase(of name: String) -> String? {
        guard let known = members[Self.folded(name)]?.name, !known.hasBytes(of: name) else { return nil }
        return known
    }

    /// Refuses a member that equals a known one after case folding and is not identical to it.
    package func check(_ node: JSONNode) throws(JSONError) {
        switch node.value {
        case .array:
            for element in try node.array() { try check(element) }
        case .object:
            for (name, child) in try node.members() {
                guard let known = members[Self.folded(name)] else { continue }
                guard known.name.hasBytes(of: name) else {
                    throw .folded(
                        document: node.document, pointer: node.pointer, member: name, known: known.name)
                }
                try known.object?.check(child)
            }
        default: break
        }
    }

    /// ASCII letters in lower case, and the two other characters that fold to ASCII letters: U+017F to `s`, U+212A to `k`.
    private static func folded(_ name: String) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(name.utf8.count)
        for scalar in name.unicodeScalars {
            switch scalar {
            case "A"..."Z": folded.append(UInt8(scalar.value) | 0x20)
            case "\u{17F}": folded.append(UInt8(ascii: "s"))
            case "\u{212A}": folded.append(UInt8(ascii: "k"))
            default: folded += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
        return folded
    }
}
