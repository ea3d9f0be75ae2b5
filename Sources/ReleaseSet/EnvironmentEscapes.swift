/// Escapes in double quotes: those of a shell's `echo`, and `\$` for a `$` that begins no variable.
enum EnvironmentEscapes {
    private static let single: [UInt8: [UInt8]] = [
        UInt8(ascii: "a"): [0x07], UInt8(ascii: "b"): [0x08], UInt8(ascii: "f"): [0x0C],
        UInt8(ascii: "n"): [0x0A], UInt8(ascii: "r"): [0x0D], UInt8(ascii: "t"): [0x09],
        UInt8(ascii: "v"): [0x0B], UInt8(ascii: "\""): [0x22], UInt8(ascii: "\\"): [0x5C],
        // Variables are replaced after this.
        UInt8(ascii: "$"): [0x24, 0x24],
    ]

    /// Returns the text with its escapes replaced; others stay as they are.
    static func replaced(in text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                result.append(byte)
                continue
            }
            if let value = single[next] {
                result += value
                rest.removeFirst()
            } else if next == UInt8(ascii: "0") {
                let digits = rest.dropFirst().prefix(3).prefix { (0x30...0x39).contains($0) }
                result += octal(digits)
                rest = rest[digits.endIndex...]
            } else {
                result.append(byte)
            }
        }
        return result
    }

    /// Returns the character of `\0` and three octal digits, as in `\0101`. Compose drops the `0` of any other number.
    private static func octal(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        let isOctal = digits.count == 3 && digits.allSatisfy { (0x30...0x37).contains($0) }
        let value = digits.reduce(0) { $0 * 8 + UInt32($1 - 0x30) }
        guard isOctal, value <= 0xFF, let scalar = Unicode.Scalar(value) else {
            return [UInt8(ascii: "\\")] + digits
        }
        return Array(String(scalar).utf8)
    }
}
