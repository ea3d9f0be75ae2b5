import Foundation
import StrictJSON

/// As much of JSON Schema as our schemas use; a keyword that it does not know is a fault of the schema.
struct SchemaCheck {
    private let root: JSONValue
    private(set) var faults: [String] = []

    init(_ schema: JSONValue) { root = schema }

    mutating func check(_ value: JSONValue) { check(value, root, "") }

    private static let known: Set<String> = [
        "$schema", "$id", "$defs", "title", "description", "type", "required", "properties",
        "additionalProperties",
        "items", "minItems", "minLength", "minimum", "maximum", "pattern", "const", "enum", "$ref",
    ]

    private mutating func check(_ value: JSONValue, _ schema: JSONValue, _ place: String) {
        guard case .object(let rules) = schema else { return faults.append("\(place): schema is no object") }
        for rule in rules.members where !Self.known.contains(rule.name) {
            faults.append("\(place): keyword \(rule.name) is not known to this check")
        }
        if case .string(let path) = rules["$ref"] {
            let name = path.replacing("#/$defs/", with: "")
            guard case .object(let top) = root, case .object(let defs) = top["$defs"], let found = defs[name]
            else {
                return faults.append("\(place): no definition \(path)")
            }
            check(value, found, place)
        }
        if let const = rules["const"], const != value { faults.append("\(place): is not \(const)") }
        if case .array(let choices) = rules["enum"], !choices.contains(value) {
            faults.append("\(place): is none of \(choices)")
        }
        if case .string(let type) = rules["type"], type != Self.type(of: value) {
            return faults.append("\(place): is \(value.kind), expected \(type)")
        }
        switch value {
        case .object(let object): check(object, rules, place)
        case .array(let items):
            if let least = Self.number(rules["minItems"]), items.count < least {
                faults.append("\(place): too few")
            }
            guard let rule = rules["items"] else { return }
            for (number, item) in items.enumerated() { check(item, rule, "\(place)/\(number)") }
        case .string(let text):
            if case .string(let pattern) = rules["pattern"],
                text.range(of: pattern, options: .regularExpression) == nil
            {
                faults.append("\(place): \(text) does not match \(pattern)")
            }
            if let least = Self.number(rules["minLength"]), text.count < least {
                faults.append("\(place): too short")
            }
        case .number:
            guard let number = Self.number(value) else { return }
            if let least = Self.number(rules["minimum"]), number < least {
                faults.append("\(place): too small")
            }
            if let most = Self.number(rules["maximum"]), number > most {
                faults.append("\(place): too large")
            }
        default: break
        }
    }

    private mutating func check(_ object: JSONObject, _ rules: JSONObject, _ place: String) {
        if case .array(let names) = rules["required"] {
            for case .string(let name) in names where object[name] == nil {
                faults.append("\(place): lacks \(name)")
            }
        }
        guard case .object(let properties) = rules["properties"] else { return }
        for member in object.members {
            if let rule = properties[member.name] {
                check(member.value, rule, "\(place)/\(member.name)")
            } else if rules["additionalProperties"] == .bool(false) {
                faults.append("\(place): \(member.name) is not allowed")
            }
        }
    }

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .object: "object"
        case .array: "array"
        case .string: "string"
        case .number: "integer"
        case .bool: "boolean"
        case .null, .elided: "null"
        }
    }

    private static func number(_ value: JSONValue?) -> Int? {
        if case .number(let text) = value { Int(text) } else { nil }
    }
}
