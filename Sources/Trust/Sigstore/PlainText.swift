/// Text from outside, in quotes: only printable ASCII is kept, and what is long is cut.
func quoted(_ text: String) -> String {
    let shown = text.utf8.prefix(160).map {
        (0x20...0x7e).contains($0) && $0 != 0x22 ? $0 : UInt8(ascii: "?")
    }
    return "\"" + String(decoding: shown, as: UTF8.self) + (text.utf8.count > 160 ? "...\"" : "\"")
}

extension String {
    /// Whether both hold the same bytes; Swift's own equality would take U+212A for `K`.
    func hasBytes(of other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}

extension [UInt8] {
    /// Two lowercase digits for each byte.
    var hex: String {
        let digits = [UInt8]("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0x0f)]] }, as: UTF8.self)
    }

    /// Reads two lowercase digits for each byte and nothing else.
    init?(hex text: String) {
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
            default: nil
            }
        }
        let digits = [UInt8](text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = value(digits[place]), let low = value(digits[place + 1]) else { return nil }
            append(high << 4 | low)
        }
    }
}
