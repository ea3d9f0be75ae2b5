import StrictJSON

/// JSON as Go's `encoding/json` spells it: no white space, members as given, and what could end a script escaped.
///
/// Helm writes configs and manifests so; another spelling would be another digest.
enum GoJSON {
    static func bytes(of value: JSONValue) -> [UInt8] {
        switch value {
        case .object(let object):
            let members = object.members.map { quoted($0.name) + Array(":".utf8) + bytes(of: $0.value) }
            return Array("{".utf8) + Array(members.joined(separator: Array(",".utf8))) + Array("}".utf8)
        case .array(let elements):
            let texts = elements.map { bytes(of: $0) }
            return Array("[".utf8) + Array(texts.joined(separator: Array(",".utf8))) + Array("]".utf8)
        case .string(let text): return quoted(text)
        case .number(let spelling): return Array(spelling.utf8)
        case .bool(let bool): return Array((bool ? "true" : "false").utf8)
        case .null, .elided: return Array("null".utf8)
        }
    }

    private static func quoted(_ text: String) -> [UInt8] {
        var bytes = Array("\"".utf8)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": bytes += "\\\"".utf8
            case "\\": bytes += "\\\\".utf8
            case "\u{8}": bytes += "\\b".utf8
            case "\u{C}": bytes += "\\f".utf8
            case "\n": bytes += "\\n".utf8
            case "\r": bytes += "\\r".utf8
            case "\t": bytes += "\\t".utf8
            case "\0"..<" ", "<", ">", "&", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                bytes += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
            default: bytes += UTF8.encode(scalar).map(Array.init) ?? []
            }
        }
        return bytes + Array("\"".utf8)
    }
}
