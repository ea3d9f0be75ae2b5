/// One way of authenticating that a server offers in `WWW-Authenticate`.
///
/// RFC 9110, "WWW-Authenticate": several challenges may share a header, and commas separate both challenges and
/// parameters, which may be quoted strings with commas inside. Parameter names are compared without case.
struct Challenge: Hashable, Sendable {
    /// Lowercase.
    let scheme: String
    let parameters: [String: String]

    /// The challenges of all header values, in their order. Text that no challenge can be made of ends the value
    /// it stands in: what came before it still counts.
    static func parse(_ values: [String]) -> [Challenge] {
        values.flatMap { value in
            var reader = ChallengeReader(value)
            return reader.challenges()
        }
    }

    /// The challenge to answer: Bearer where it is offered with a realm, then Basic. Others are not spoken.
    static func chosen(of challenges: [Challenge]) -> Challenge? {
        challenges.first { $0.scheme == "bearer" && $0.parameters["realm"] != nil }
            ?? challenges.first { $0.scheme == "basic" }
    }

    /// The scopes that a Bearer challenge asks for.
    var scopes: [String] {
        (parameters["scope"] ?? "").split(separator: " ").map(String.init)
    }
}

private struct ChallengeReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func challenges() -> [Challenge] {
        var found: [Challenge] = []
        while true {
            skip { $0 == UInt8(ascii: ",") || Self.isSpace($0) }
            guard let scheme = token() else { return found }
            skip(Self.isSpace)
            found.append(Challenge(scheme: scheme.lowercased(), parameters: parameters()))
        }
    }

    /// Reads `name=value` pairs and stops where the next word is a scheme: a token without an equals sign.
    private mutating func parameters() -> [String: String] {
        var found: [String: String] = [:]
        while true {
            let start = position
            skip { $0 == UInt8(ascii: ",") || Self.isSpace($0) }
            guard let name = token() else { return found }
            skip(Self.isSpace)
            guard peek == UInt8(ascii: "=") else {
                position = start
                return found
            }
            position += 1
            skip(Self.isSpace)
            // A scheme may have one word in place of parameters, which may end in equals signs (RFC 9110, "token68").
            if found.isEmpty, peek == nil || peek == UInt8(ascii: ",") || peek == UInt8(ascii: "=") {
                skip { $0 == UInt8(ascii: "=") }
                return found
            }
            guard let value = peek == UInt8(ascii: "\"") ? quoted() : unquoted() else {
                position = bytes.count
                return found
            }
            found[name.lowercased()] = value
        }
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skip(_ isSkipped: (UInt8) -> Bool) {
        while let byte = peek, isSkipped(byte) { position += 1 }
    }

    private mutating func token() -> String? {
        let start = position
        skip {
            !Self.isSpace($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=")
                && $0 != UInt8(ascii: "\"")
        }
        return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// A value that should have been quoted: addresses have equals signs.
    private mutating func unquoted() -> String? {
        let start = position
        skip { !Self.isSpace($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") }
        return start == position ? nil : String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func quoted() -> String? {
        position += 1
        var text: [UInt8] = []
        while let byte = peek {
            position += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: text, as: UTF8.self) }
            if byte == UInt8(ascii: "\\"), let next = peek {
                position += 1
                text.append(next)
            } else {
                text.append(byte)
            }
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
