/// Why a document was refused: which document, where in it, what was expected and what was found.
///
/// Offsets count bytes from 0, pointers are JSON pointers (RFC 6901) and empty for the document itself.
package enum JSONError: Error, Hashable, Sendable {
    case duplicate(document: String, pointer: String, member: String, offset: Int)
    case depth(document: String, pointer: String, limit: Int, offset: Int)
    case size(document: String, limit: Int, found: Int)
    case number(document: String, pointer: String, found: String)
    case encoding(document: String, pointer: String, fault: String, offset: Int)
    case trailing(document: String, offset: Int)
    case shape(document: String, pointer: String, expected: String, found: String)
    case syntax(document: String, pointer: String, expected: String, found: String, offset: Int)
    /// A member that readers which ignore case take for another one.
    case folded(document: String, pointer: String, member: String, known: String)
    case tokens(document: String, limit: Int, offset: Int)
    case string(document: String, pointer: String, fault: String, offset: Int)
    /// A value built in code that has no canonical spelling.
    case unwritable(pointer: String, found: String)

    /// The stable word for scripts and tests.
    package var reason: String {
        switch self {
        case .duplicate: "json.duplicate"
        case .depth: "json.depth"
        case .size: "json.size"
        case .number: "json.number"
        case .encoding: "json.encoding"
        case .trailing: "json.trailing"
        case .shape: "json.shape"
        case .syntax: "json.syntax"
        case .folded: "json.case"
        case .tokens: "json.tokens"
        case .string: "json.string"
        case .unwritable: "json.unwritable"
        }
    }

    /// The place inside the document, where it is known.
    package var pointer: String? {
        switch self {
        case .duplicate(_, let pointer, _, _), .folded(_, let pointer, _, _), .depth(_, let pointer, _, _),
            .number(_, let pointer, _),
            .encoding(_, let pointer, _, _), .shape(_, let pointer, _, _), .syntax(_, let pointer, _, _, _),
            .string(_, let pointer, _, _), .unwritable(let pointer, _):
            pointer
        case .size, .trailing, .tokens:
            nil
        }
    }
}

extension JSONError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .duplicate(let document, let pointer, let member, let offset):
            "\(place(document, pointer)): member \"\(visible(member))\" stands twice, again at byte \(offset)"
        case .depth(let document, let pointer, let limit, let offset):
            "\(place(document, pointer)): nested deeper than \(limit) levels at byte \(offset)"
        case .size(let document, let limit, let found):
            "\(visible(document)): \(found) bytes long; at most \(limit) are read"
        case .number(let document, let pointer, let found):
            "\(place(document, pointer)): \(visible(found)) is not an integer from 0 to 9007199254740991"
        case .encoding(let document, let pointer, let fault, let offset):
            "\(place(document, pointer)): \(fault) at byte \(offset)"
        case .trailing(let document, let offset):
            "\(visible(document)): goes on after its end, at byte \(offset)"
        case .shape(let document, let pointer, let expected, let found):
            "\(place(document, pointer)): expected \(visible(expected)), found \(visible(found))"
        case .syntax(let document, let pointer, let expected, let found, let offset):
            "\(place(document, pointer)): expected \(expected), found \(visible(found)) at byte \(offset)"
        case .folded(let document, let pointer, let member, let known):
            "\(place(document, pointer)): member \"\(visible(member))\" differs from \"\(known)\" only by case; "
                + "programs that ignore case read it as \"\(known)\""
        case .tokens(let document, let limit, let offset):
            "\(visible(document)): more than \(limit) values and member names, up to byte \(offset)"
        case .string(let document, let pointer, let fault, let offset):
            "\(place(document, pointer)): \(fault) at byte \(offset)"
        case .unwritable(let pointer, let found):
            "\(pointer.isEmpty ? "value" : visible(pointer)): \(visible(found)) has no canonical spelling"
        }
    }

    private func place(_ document: String, _ pointer: String) -> String {
        pointer.isEmpty ? visible(document) : "\(visible(document)): \(visible(pointer))"
    }
}

/// Text from outside, fit for a terminal: controls, marks that turn the direction of text and line separators
/// are spelled out, and what is long is cut.
private func visible(_ text: String) -> String {
    var shown = ""
    for (count, scalar) in text.unicodeScalars.enumerated() {
        guard count < 160 else { return shown + "…" }
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default:
            shown.unicodeScalars.append(scalar)
        }
    }
    return shown
}
