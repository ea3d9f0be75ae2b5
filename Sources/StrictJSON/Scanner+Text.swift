#if canImport(Glibc)
    private import Glibc
#else
    private import Darwin
#endif

extension Scanner {
    /// Checks the string whose opening quote is at the position and goes past its closing one.
    ///
    /// Eight bytes at a time, as long as they are ASCII and neither quote, backslash nor control.
    mutating func text() throws(JSONError) -> Text {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            skipPlainASCII()
            guard position < bytes.count else { throw unexpected(wanted: "a closing quote") }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = Text(start: start, count: position - start, hasEscapes: hasEscapes)
                guard text.count <= stringBytes else {
                    throw .string(
                        document: document, pointer: pointer,
                        fault: "a string of more than \(stringBytes) bytes", offset: start - 1)
                }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try checkEscape()
            case 0..<0x20:
                throw unexpected(wanted: "an escape in place of a control character")
            default:
                guard let length = sequenceLength(at: position) else {
                    throw encoding("invalid UTF-8", at: position)
                }
                position += length
            }
        }
    }

    private mutating func skipPlainASCII() {
        let raw = UnsafeRawBufferPointer(bytes)
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        while bytes.count - position >= 8 {
            let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // A borrow can only raise a false mark above a true one, so the lowest mark is always right.
            let marks =
                (word | ((word &- ones &* 0x20) & ~word) | ((quotes &- ones) & ~quotes)
                    | ((backslashes &- ones) & ~backslashes)) & high
            guard marks == 0 else {
                position += marks.trailingZeroBitCount / 8
                return
            }
            position += 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
                return
            }
            position += 1
        }
    }

    private mutating func checkEscape() throws(JSONError) {
        let start = position
        position += 1
        switch next {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            guard let unit = hexUnit(at: position + 1) else {
                throw unexpected(wanted: "u and four hex digits")
            }
            position += 5
            switch unit {
            case 0:
                throw .string(
                    document: document, pointer: pointer, fault: "U+0000 in a string", offset: start)
            case 0xD800..<0xDC00:
                guard next == UInt8(ascii: "\\"), position + 1 < bytes.count,
                    bytes[position + 1] == UInt8(ascii: "u"), let low = hexUnit(at: position + 2),
                    (0xDC00..<0xE000).contains(low)
                else { throw encoding("a lone surrogate", at: start) }
                position += 6
            case 0xDC00..<0xE000:
                throw encoding("a lone surrogate", at: start)
            default:
                break
            }
        default:
            throw unexpected(wanted: "one of the escapes of JSON")
        }
    }

    private func hexUnit(at offset: Int) -> UInt32? {
        guard bytes.count - offset >= 4 else { return nil }
        var unit: UInt32 = 0
        for byte in bytes[offset..<offset + 4] {
            guard let digit = hexDigit(byte) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }

    private func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// Length of the well-formed UTF-8 sequence at an offset (Unicode 15.0, table 3-7).
    func sequenceLength(at offset: Int) -> Int? {
        func byte(_ distance: Int) -> UInt8 {
            offset + distance < bytes.count ? bytes[offset + distance] : 0
        }
        func continues(_ distance: Int) -> Bool { byte(distance) & 0xC0 == 0x80 }
        switch (byte(0), byte(1)) {
        case (0..<0x80, _): return 1
        case (0xC2...0xDF, 0x80...0xBF): return 2
        case (0xE0, 0xA0...0xBF), (0xE1...0xEC, 0x80...0xBF), (0xED, 0x80...0x9F), (0xEE...0xEF, 0x80...0xBF):
            return continues(2) ? 3 : nil
        case (0xF0, 0x90...0xBF), (0xF1...0xF3, 0x80...0xBF), (0xF4, 0x80...0x8F):
            return continues(2) && continues(3) ? 4 : nil
        default: return nil
        }
    }
}

extension Scanner {
    func string(_ text: Text) -> String {
        guard !text.hasEscapes else {
            var plain: [UInt8] = []
            appendUnescaped(text, to: &plain)
            return String(decoding: plain, as: UTF8.self)
        }
        return withBytes(of: text) { String(decoding: $0, as: UTF8.self) }
    }

    /// The same text with its escapes replaced, which is how names are compared.
    mutating func unescape(_ text: Text) -> Text {
        guard text.hasEscapes else { return text }
        let start = unescaped.count
        appendUnescaped(text, to: &unescaped)
        return Text(start: start, count: unescaped.count - start, isUnescaped: true)
    }

    func withBytes<Result>(of text: Text, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        if text.isUnescaped {
            return unescaped.withUnsafeBytes {
                body(UnsafeRawBufferPointer(rebasing: $0[text.start..<text.start + text.count]))
            }
        }
        return body(
            UnsafeRawBufferPointer(
                rebasing: UnsafeRawBufferPointer(bytes)[text.start..<text.start + text.count]))
    }

    func isSame(_ left: Text, _ right: Text) -> Bool {
        guard left.count == right.count else { return false }
        return withBytes(of: left) { left in withBytes(of: right) { areEqual(left, $0) } }
    }

    func isText(_ text: Text, _ other: String) -> Bool {
        var other = other
        return other.withUTF8 { other in withBytes(of: text) { areEqual($0, UnsafeRawBufferPointer(other)) } }
    }

    func hash(of text: Text) -> UInt32 {
        withBytes(of: text) { NameIndex.hash(of: $0) }
    }

    private func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        guard let leftBase = left.baseAddress, let rightBase = right.baseAddress else { return true }
        return memcmp(leftBase, rightBase, left.count) == 0
    }

    /// Only for text that `text()` has accepted: every escape in it is whole.
    private func appendUnescaped(_ text: Text, to plain: inout [UInt8]) {
        var offset = text.start
        let end = text.start + text.count
        while offset < end {
            let byte = bytes[offset]
            guard byte == UInt8(ascii: "\\") else {
                plain.append(byte)
                offset += 1
                continue
            }
            let escape = bytes[offset + 1]
            offset += 2
            switch escape {
            case UInt8(ascii: "b"): plain.append(0x08)
            case UInt8(ascii: "f"): plain.append(0x0C)
            case UInt8(ascii: "n"): plain.append(0x0A)
            case UInt8(ascii: "r"): plain.append(0x0D)
            case UInt8(ascii: "t"): plain.append(0x09)
            case UInt8(ascii: "u"):
                var code = hexUnit(at: offset) ?? 0
                offset += 4
                if (0xD800..<0xDC00).contains(code), let low = hexUnit(at: offset + 2) {
                    code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                    offset += 6
                }
                if let scalar = Unicode.Scalar(code) {
                    plain.append(contentsOf: UTF8.encode(scalar) ?? .init())
                }
            default: plain.append(escape)
            }
        }
    }
}
