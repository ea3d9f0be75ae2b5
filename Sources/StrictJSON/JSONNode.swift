/// A value together with the place it stands at, so that whoever misses something there can say where.
package struct JSONNode: Sendable {
    package let value: JSONValue
    package let document: String
    /// JSON pointer of the value (RFC 6901); empty for the document itself.
    package let pointer: String

    package init(_ value: JSONValue, document: String, pointer: String = "") {
        self.value = value
        self.document = document
        self.pointer = pointer
    }

    package var isNull: Bool { value == .null }

    /// The member with that name, which has to be there.
    package func member(_ name: String) throws(JSONError) -> JSONNode {
        guard let node = try optional(name) else {
            let place = child(name, .null)
            throw place.shape(expected: "a value", found: "nothing")
        }
        return node
    }

    /// The member with that name, if it is there; one that is null is there.
    package func optional(_ name: String) throws(JSONError) -> JSONNode? {
        try object()[name].map { child(name, $0) }
    }

    package func string() throws(JSONError) -> String {
        guard case .string(let text) = value else { throw shape(expected: "a string") }
        return text
    }

    /// A size or count: a whole number from 0 to 2^53-1 in its only plain spelling.
    ///
    /// `1e3`, `1.0`, `-0` and `007` are refused, as is a number inside a string: readers differ on all of
    /// them, and two readers of one size must not.
    package func integer() throws(JSONError) -> Int64 {
        switch value {
        case .number(let spelling):
            guard spelling.utf8.count <= 16, spelling.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                spelling == "0" || spelling.utf8.first != 0x30,
                let number = Int64(spelling), number <= JSONNode.largestInteger
            else { throw .number(document: document, pointer: pointer, found: spelling) }
            return number
        case .string(let text):
            throw .number(document: document, pointer: pointer, found: "the string \"\(text)\"")
        default:
            throw shape(expected: "an integer")
        }
    }

    package func bool() throws(JSONError) -> Bool {
        guard case .bool(let bool) = value else { throw shape(expected: "true or false") }
        return bool
    }

    package func array() throws(JSONError) -> [JSONNode] {
        guard case .array(let elements) = value else { throw shape(expected: "an array") }
        return elements.enumerated().map { position, element in
            JSONNode(element, document: document, pointer: "\(pointer)/\(position)")
        }
    }

    package func object() throws(JSONError) -> JSONObject {
        guard case .object(let object) = value else { throw shape(expected: "an object") }
        return object
    }

    package func members() throws(JSONError) -> [(name: String, node: JSONNode)] {
        try object().members.map { ($0.name, child($0.name, $0.value)) }
    }

    /// The error for a value that is not what the caller needs at this place.
    package func shape(expected: String, found: String? = nil) -> JSONError {
        .shape(document: document, pointer: pointer, expected: expected, found: found ?? value.kind)
    }
}

extension JSONNode {
    /// 2^53-1: the largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2).
    static let largestInteger: Int64 = 9_007_199_254_740_991

    /// A pointer is for messages, and each element of a list gets one of its own, so a name without end is cut in it.
    private static let shownNameBytes = 256

    private func child(_ name: String, _ value: JSONValue) -> JSONNode {
        let step = pointerStep(name.utf8.prefix(Self.shownNameBytes))
        return JSONNode(value, document: document, pointer: pointer + step)
    }
}

/// A member name as one step of a JSON pointer: RFC 6901, section 3.
func pointerStep(_ name: some Sequence<UInt8>) -> String {
    var step: [UInt8] = [UInt8(ascii: "/")]
    for byte in name {
        switch byte {
        case UInt8(ascii: "~"): step += "~0".utf8
        case UInt8(ascii: "/"): step += "~1".utf8
        default: step.append(byte)
        }
    }
    return String(decoding: step, as: UTF8.self)
}
