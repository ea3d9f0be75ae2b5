extension JSONValue {
    /// The one spelling that is signed: no white space, members sorted, nothing escaped that need not be.
    ///
    /// RFC 8785. Numbers have to be integers within ±(2^53-1), names unique; anything else throws, because
    /// the standard's own way with fractions (section 3.2.2.3) is one we never need and could only get wrong.
    package func canonical() throws(JSONError) -> [UInt8] {
        var writer = JSONWriter(isCanonical: true)
        try writer.write(self, pointer: "", depth: 0)
        return writer.bytes
    }

    /// A spelling for people: two spaces, members as they were given, a final newline. It may end on a terminal, so what
    /// could write on it (C1 controls, bidirectional overrides, line separators) is escaped.
    package func pretty() throws(JSONError) -> [UInt8] {
        var writer = JSONWriter(isCanonical: false)
        try writer.write(self, pointer: "", depth: 0)
        return writer.bytes + [0x0A]
    }
}

private struct JSONWriter {
    let isCanonical: Bool
    var bytes: [UInt8] = []

    init(isCanonical: Bool) {
        self.isCanonical = isCanonical
    }

    mutating func write(_ value: JSONValue, pointer: String, depth: Int) throws(JSONError) {
        switch value {
        case .object(let object):
            try write(object, pointer: pointer, depth: depth)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                separate(position, depth: depth + 1)
                try write(element, pointer: "\(pointer)/\(position)", depth: depth + 1)
            }
            close(UInt8(ascii: "]"), isEmpty: elements.isEmpty, depth: depth)
        case .string(let text):
            write(text)
        case .number(let spelling):
            guard !isCanonical || isCanonicalInteger(spelling) else {
                throw .unwritable(pointer: pointer, found: "the number \(spelling)")
            }
            bytes += spelling.utf8
        case .bool(let bool):
            bytes += (bool ? "true" : "false").utf8
        case .null:
            bytes += "null".utf8
        case .elided:
            throw .unwritable(pointer: pointer, found: value.kind)
        }
    }

    private mutating func write(_ object: JSONObject, pointer: String, depth: Int) throws(JSONError) {
        let sorted = object.members.sorted { precedes($0.name, $1.name) }
        for (member, following) in zip(sorted, sorted.dropFirst())
        where member.name.hasBytes(of: following.name) {
            throw .unwritable(pointer: pointer, found: "member \"\(member.name)\" given twice")
        }
        bytes.append(UInt8(ascii: "{"))
        for (position, member) in (isCanonical ? sorted : object.members).enumerated() {
            separate(position, depth: depth + 1)
            write(member.name)
            bytes += (isCanonical ? ":" : ": ").utf8
            try write(member.value, pointer: pointer + pointerStep(member.name.utf8), depth: depth + 1)
        }
        close(UInt8(ascii: "}"), isEmpty: object.isEmpty, depth: depth)
    }

    private mutating func separate(_ position: Int, depth: Int) {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        breakLine(depth)
    }

    private mutating func close(_ bracket: UInt8, isEmpty: Bool, depth: Int) {
        if !isEmpty { breakLine(depth) }
        bytes.append(bracket)
    }

    private mutating func breakLine(_ depth: Int) {
        guard !isCanonical else { return }
        bytes.append(0x0A)
        bytes += repeatElement(0x20, count: 2 * depth)
    }

    /// RFC 8785, section 3.2.2.2.
    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            guard isCanonical || !scalar.isUnsafeToShow else {
                bytes += "\\u\(fourDigits(scalar.value))".utf8
                continue
            }
            write(scalar)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func fourDigits(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 4 - digits.utf8.count) + digits
    }

    private mutating func write(_ scalar: Unicode.Scalar) {
        for byte in UTF8.encode(scalar) ?? .init() {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case 0x08: bytes += "\\b".utf8
            case 0x09: bytes += "\\t".utf8
            case 0x0A: bytes += "\\n".utf8
            case 0x0C: bytes += "\\f".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0..<0x20: bytes += "\\u00\(byte < 0x10 ? "0" : "1")\(String(byte & 0x0F, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
    }

    private func isCanonicalInteger(_ spelling: String) -> Bool {
        guard let number = Int64(spelling), number.magnitude <= UInt64(JSONNode.largestInteger) else {
            return false
        }
        return spelling.hasBytes(of: String(number))
    }

    /// RFC 8785, section 3.2.3: names are sorted by their UTF-16 code units, which differs from the order of
    /// bytes only outside of the basic plane.
    private func precedes(_ left: String, _ right: String) -> Bool {
        left.utf16.lexicographicallyPrecedes(right.utf16)
    }
}

extension Unicode.Scalar {
    fileprivate var isUnsafeToShow: Bool {
        switch value {
        case 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
