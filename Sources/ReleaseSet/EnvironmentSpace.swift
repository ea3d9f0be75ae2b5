/// Characters that count as space or as part of a name in an environment file, on the bytes of UTF-8.
enum EnvironmentSpace {
    /// Returns the length of a blank, which is a space other than a line break: ASCII, U+0085 or U+00A0.
    static func blankLength(at index: Int, in bytes: ArraySlice<UInt8>) -> Int? {
        switch bytes[index] {
        case 0x20, 0x09, 0x0B, 0x0C, 0x0D: return 1
        case 0xC2 where index + 1 < bytes.endIndex && [0x85, 0xA0].contains(bytes[index + 1]): return 2
        default: return nil
        }
    }

    /// Returns the length of any space of Unicode.
    static func length(at index: Int, in bytes: ArraySlice<UInt8>) -> Int? {
        if bytes[index] == 0x0A { return 1 }
        if let length = blankLength(at: index, in: bytes) { return length }
        guard bytes[index] >= 0xE1, bytes[index] <= 0xE3 else { return nil }
        let (scalar, length) = scalar(at: index, in: bytes)
        return scalar.properties.isWhitespace ? length : nil
    }

    /// Returns the length of a character that a name may have, blanks around it included.
    static func nameLength(at index: Int, in bytes: [UInt8]) -> Int? {
        let byte = bytes[index]
        if FileName.isAlphanumeric(byte) || "_.-[]".utf8.contains(byte) { return 1 }
        if let length = blankLength(at: index, in: bytes[...]) { return length }
        guard byte >= 0x80 else { return nil }
        let (scalar, length) = scalar(at: index, in: bytes[...])
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber,
            .letterNumber, .otherNumber:
            return length
        default: return nil
        }
    }

    /// Returns the end of the text without the spaces at its end.
    static func trimmedEnd(of text: ArraySlice<UInt8>) -> Int {
        var end = text.endIndex
        while end > text.startIndex {
            let lengths = 1...min(3, end - text.startIndex)
            let space = lengths.first { length(at: end - $0, in: text[..<end]) == $0 }
            guard let space else { break }
            end -= space
        }
        return end
    }

    /// Returns U+FFFD with length 1 for bytes that are not UTF-8.
    private static func scalar(at index: Int, in bytes: ArraySlice<UInt8>) -> (Unicode.Scalar, Int) {
        let text = String(decoding: bytes[index..<min(index + 4, bytes.endIndex)], as: UTF8.self)
        guard let scalar = text.unicodeScalars.first, scalar != "\u{FFFD}" else { return ("\u{FFFD}", 1) }
        return (scalar, UTF8.width(scalar))
    }
}
