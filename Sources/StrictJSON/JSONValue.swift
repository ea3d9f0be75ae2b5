/// A JSON value that keeps what the document said: member order and the spelling of numbers.
///
/// Two values are equal when their strings hold the same bytes. Swift's own string equality would also accept
/// canonically equivalent text, under which U+212A and `K` are one letter and two member names one key.
package enum JSONValue: Sendable {
    case object(JSONObject)
    case array([JSONValue])
    case string(String)
    /// The number as it was spelled.
    case number(String)
    case bool(Bool)
    case null
    /// An object or array that was checked like every other and then let go; see `Elision`.
    case elided

    package static func integer(_ value: Int64) -> JSONValue {
        .number(String(value))
    }
}

extension JSONValue {
    /// What the value is called in a message.
    package var kind: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .bool: "a boolean"
        case .null: "null"
        case .elided: "a value that was not kept"
        }
    }
}

extension JSONValue: Hashable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.object(let left), .object(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.string(let left), .string(let right)), (.number(let left), .number(let right)):
            left.hasBytes(of: right)
        case (.bool(let left), .bool(let right)): left == right
        case (.null, .null), (.elided, .elided): true
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .object(let object): hasher.combine(object)
        case .array(let elements): hasher.combine(elements)
        case .string(let text), .number(let text): hasher.combine(text)
        case .bool(let bool): hasher.combine(bool)
        case .null: hasher.combine(0)
        case .elided: hasher.combine(1)
        }
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements))
    }
}

extension JSONValue: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }
}

extension JSONValue: ExpressibleByStringInterpolation {
    package init(stringLiteral value: String) {
        self = .string(value)
    }
}

extension JSONValue: ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) {
        self = .integer(value)
    }
}

extension JSONValue: ExpressibleByBooleanLiteral {
    package init(booleanLiteral value: Bool) {
        self = .bool(value)
    }
}

extension String {
    /// Whether both hold the same UTF-8 bytes.
    func hasBytes(of other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
