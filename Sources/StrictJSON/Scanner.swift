#if canImport(Glibc)
    private import Glibc
#else
    private import Darwin
#endif

/// Reads the smallest parts of a document: white space, numbers, strings, and the errors for what is none of
/// them.
struct Scanner {
    /// A string or number: where its bytes are, without quotes.
    struct Text {
        var start: Int
        var count: Int
        var hasEscapes = false
        /// The bytes lie in `unescaped` and not in the document.
        var isUnescaped = false
    }

    /// One step of the way from the document to the value being read.
    enum Step {
        case start
        case member(Text)
        case element(Int)
    }

    let document: String
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0
    var steps: [Step] = []
    /// Bytes of those open member names that were spelled with escapes.
    var unescaped: [UInt8] = []
    let stringBytes: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, document: String, stringBytes: Int) {
        self.bytes = bytes
        self.document = document
        self.stringBytes = stringBytes
    }

    var isAtEnd: Bool { position >= bytes.count }

    /// The byte at the position; 0, which no rule accepts, at the end.
    var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

    mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    mutating func skip(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard bytes.count - position >= length, let base = bytes.baseAddress,
            memcmp(base + position, word.utf8Start, length) == 0
        else { return false }
        position += length
        return true
    }

    /// Skips an opening bracket and, if the container is empty, its end too.
    mutating func skipEmpty(_ end: UInt8) -> Bool {
        position += 1
        skipWhitespace()
        guard next == end else { return false }
        position += 1
        return true
    }

    /// Whether another member or element follows.
    mutating func skipComma(orEnd end: UInt8) throws(JSONError) -> Bool {
        skipWhitespace()
        switch next {
        case UInt8(ascii: ","):
            position += 1
            return true
        case end:
            position += 1
            return false
        default:
            throw unexpected(wanted: end == UInt8(ascii: "}") ? "a comma or }" : "a comma or ]")
        }
    }

    /// Reads a number; what starts like one and is none is an error of its own kind.
    ///
    /// RFC 8259, section 6.
    mutating func number() throws(JSONError) -> Text {
        let start = position
        if next == UInt8(ascii: "-") { position += 1 }
        var isSound = true
        if next == UInt8(ascii: "0") {
            position += 1
        } else {
            isSound = skipDigits()
        }
        if isSound, next == UInt8(ascii: ".") {
            position += 1
            isSound = skipDigits()
        }
        if isSound, next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            isSound = skipDigits()
        }
        guard isSound, !isPartOfWord(next) else {
            while isPartOfWord(next) { position += 1 }
            let spelling = Text(start: start, count: min(position - start, 40))
            throw .number(document: document, pointer: pointer, found: string(spelling))
        }
        return Text(start: start, count: position - start)
    }

    private mutating func skipDigits() -> Bool {
        let start = position
        while isDigit(next) { position += 1 }
        return position > start
    }

    private func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }

    private func isPartOfWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: isDigit(byte)
        }
    }
}

extension Scanner {
    /// JSON pointer of the value being read.
    var pointer: String {
        var pointer = ""
        for step in steps {
            switch step {
            case .start: break
            case .member(let name): pointer += withBytes(of: name) { pointerStep($0) }
            case .element(let position): pointer += "/\(position)"
            }
        }
        return pointer
    }

    mutating func refuseByteOrderMark() throws(JSONError) {
        guard !bytes.starts(with: [0xEF, 0xBB, 0xBF]) else {
            throw .encoding(document: document, pointer: "", fault: "a byte order mark", offset: 0)
        }
        guard !bytes.starts(with: [0xFF, 0xFE]), !bytes.starts(with: [0xFE, 0xFF]) else {
            throw .encoding(document: document, pointer: "", fault: "UTF-16 in place of UTF-8", offset: 0)
        }
    }

    /// The error for a byte that may not stand at the position.
    func unexpected(wanted: String) -> JSONError {
        guard position < bytes.count else {
            return .syntax(
                document: document, pointer: pointer, expected: wanted, found: "the end", offset: position)
        }
        let byte = bytes[position]
        if byte == 0 { return encoding("a NUL byte", at: position) }
        guard let length = sequenceLength(at: position) else {
            return encoding("invalid UTF-8", at: position)
        }
        let found = string(Text(start: position, count: length))
        return .syntax(
            document: document, pointer: pointer, expected: wanted, found: "\"\(found)\"", offset: position)
    }

    func encoding(_ fault: String, at offset: Int) -> JSONError {
        .encoding(document: document, pointer: pointer, fault: fault, offset: offset)
    }
}
