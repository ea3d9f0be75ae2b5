/// Why a text is not base64.
package enum Base64Error: Error, Hashable, Sendable {
    /// A character outside the alphabet in use.
    case character(UInt8, offset: Int)
    /// Padding that is neither whole nor absent, or not at the end.
    case padding
    /// A length that no encoding gives.
    case length
    /// Bits behind the last byte that are not zero, a second spelling of the same bytes.
    case spareBits
}

extension Base64Error: CustomStringConvertible {
    package var description: String {
        switch self {
        case .character(let byte, let offset): "the byte \(byte) at \(offset) is not of the alphabet"
        case .padding: "the padding is not what the length asks for"
        case .length: "the length is one that no encoding gives"
        case .spareBits: "the last character has bits that belong to no byte"
        }
    }
}

/// Base64 as the JSON form of protobuf messages has it.
///
/// Reading takes the standard or the URL alphabet, not both in one text, passes over CR and LF, which Go does too,
/// and takes padding whole or not at all. Everything else is refused. Writing gives the standard alphabet, padded.
///
/// RFC 4648, sections 3.5, 4 and 5.
package enum Base64 {
    private static let alphabet = [UInt8](
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let pad = UInt8(ascii: "=")

    package static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(0) { $0 << 8 | Int($1) }
            bits <<= 8 * (3 - group.count)
            for place in 0..<4 {
                text.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 0x3f] : pad)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func decode(_ text: String) throws(Base64Error) -> [UInt8] {
        var digits: [UInt8] = []
        var padding = 0
        var isStandard = false
        var isURL = false
        for (offset, byte) in text.utf8.enumerated() where byte != 0x0a && byte != 0x0d {
            if byte == pad {
                padding += 1
                continue
            }
            isStandard = isStandard || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/")
            isURL = isURL || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            guard let digit = value(of: byte), !(isStandard && isURL) else {
                throw .character(byte, offset: offset)
            }
            guard padding == 0 else { throw .padding }
            digits.append(digit)
        }
        let rest = digits.count % 4
        guard rest != 1 else { throw .length }
        guard padding == 0 || (rest > 0 && rest + padding == 4) else { throw .padding }
        return try bytes(of: digits)
    }

    private static func bytes(of digits: [UInt8]) throws(Base64Error) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count * 3 / 4)
        var bits = 0
        var count = 0
        for digit in digits {
            bits = bits << 6 | Int(digit)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(bits >> count))
                bits &= 1 << count - 1
            }
        }
        guard bits == 0 else { throw .spareBits }
        return bytes
    }

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
