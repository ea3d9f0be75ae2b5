/// Reads an environment file, statement by statement.
///
/// The grammar is the one that Compose has in code (compose-go, package `dotenv`): a byte order mark; `export`; names
/// before `=` or `:`; unquoted values up to ` #` or the end of the line; quoted values over several lines, with `\"` and
/// `\'`; in double quotes the escapes of a shell; variables in unquoted and double-quoted values. A statement may follow a
/// closing quote on the same line.
struct EnvironmentReader {
    private let bytes: [UInt8]
    private let document: String
    private var position: Int
    private var line = 1
    private var values: [String: EnvironmentFile.Setting] = [:]
    /// Bytes of all values together, so that variables cannot make a small file large.
    private var valueBytes = 0

    init(_ bytes: [UInt8], document: String) {
        self.bytes = bytes
        self.document = document
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    mutating func settings() throws(ReleaseSetError) -> [EnvironmentFile.Setting] {
        var settings: [EnvironmentFile.Setting] = []
        while skipToStatement() {
            guard let name = try name() else { continue }
            let setting = try setting(name)
            // Compose ignores names that begin with a digit, and nothing can refer to an empty one.
            guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { continue }
            valueBytes += setting.value.utf8.count
            guard valueBytes <= 2 * EnvironmentFile.sizeLimit else {
                throw problem("the values are longer than \(2 * EnvironmentFile.sizeLimit) bytes")
            }
            values[name] = setting
            settings.append(setting)
        }
        return settings
    }

    /// Skips blanks, line breaks and comments; returns whether a statement follows.
    private mutating func skipToStatement() -> Bool {
        while position < bytes.count {
            if let length = EnvironmentSpace.length(at: position, in: bytes[...]) {
                advance(by: length)
            } else if bytes[position] == UInt8(ascii: "#") {
                position = endOfLine
            } else {
                return true
            }
        }
        return false
    }

    /// Reads a name with its separator and the blanks behind it; `nil` where no value follows, because the name is alone on
    /// its line.
    private mutating func name() throws(ReleaseSetError) -> String? {
        skipExport()
        guard position < bytes.count else { throw problem("export is not followed by a name") }
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "="), UInt8(ascii: ":"):
                let name = try name(in: bytes[start..<position])
                position += 1
                skipBlanks()
                return name
            case 0x0A:
                _ = try name(in: bytes[start..<position])
                advance(by: 1)
                return nil
            default:
                guard let length = EnvironmentSpace.nameLength(at: position, in: bytes) else {
                    throw problem("a name has a character other than letters, digits and _.-[]")
                }
                position += length
            }
        }
        return nil
    }

    private func name(in text: ArraySlice<UInt8>) throws(ReleaseSetError) -> String {
        let name = text[..<EnvironmentSpace.trimmedEnd(of: text)]
        guard !name.contains(0x20) else { throw problem("a name has a space in it") }
        return String(decoding: name, as: UTF8.self)
    }

    private mutating func skipExport() {
        let word = Array("export".utf8)
        let end = position + word.count
        guard bytes[position...].starts(with: word), end < bytes.count,
            [0x20, 0x09, 0x0A, 0x0C, 0x0D].contains(bytes[end])
        else { return }
        position = end
        skipBlanks()
    }

    private mutating func setting(_ name: String) throws(ReleaseSetError) -> EnvironmentFile.Setting {
        let start = line
        guard position < bytes.count, [0x22, 0x27].contains(bytes[position]) else {
            let text = bytes[position..<endOfLine]
            let comment = text.indices.first { text[$0...].starts(with: [0x20, 0x23]) } ?? text.endIndex
            let range = position..<EnvironmentSpace.trimmedEnd(of: text[..<comment])
            position = endOfLine
            return try setting(name, bytes[range], at: range, line: start)
        }
        let quote = bytes[position]
        position += 1
        let begin = position
        let text = try quoted(by: quote, from: start)
        let range = begin..<(position - 1)
        if quote == 0x22 {
            return try setting(name, EnvironmentEscapes.replaced(in: text)[...], at: range, line: start)
        }
        return EnvironmentFile.Setting(
            name: name, value: String(decoding: text, as: UTF8.self), isComplete: true, line: start,
            range: range)
    }

    private func setting(
        _ name: String, _ text: ArraySlice<UInt8>, at range: Range<Int>, line: Int,
    ) throws(ReleaseSetError) -> EnvironmentFile.Setting {
        let text = String(decoding: text, as: UTF8.self)
        guard let value = ComposeVariables.replaced(in: text, with: values) else {
            throw .environmentSyntax(
                document: document, line: line,
                problem: "\(name): expected variables as $NAME or ${NAME} and at most "
                    + "\(ComposeVariables.sizeLimit) bytes")
        }
        return EnvironmentFile.Setting(
            name: name, value: value.text, isComplete: value.isComplete, line: line, range: range)
    }

    /// Reads to the closing quote and steps over it. A backslash before the quote is dropped, any other is kept.
    private mutating func quoted(by quote: UInt8, from start: Int) throws(ReleaseSetError) -> [UInt8] {
        var text: [UInt8] = []
        var isEscaped = false
        while position < bytes.count {
            let byte = bytes[position]
            advance(by: 1)
            if byte == quote {
                guard isEscaped else { return text }
                text.append(byte)
                isEscaped = false
            } else if byte == UInt8(ascii: "\\"), !isEscaped {
                isEscaped = true
            } else {
                if isEscaped { text.append(UInt8(ascii: "\\")) }
                text.append(byte)
                isEscaped = false
            }
        }
        throw .environmentSyntax(
            document: document, line: start, problem: "a quoted value has no closing quote")
    }

    private var endOfLine: Int { bytes[position...].firstIndex(of: 0x0A) ?? bytes.count }

    private mutating func skipBlanks() {
        while position < bytes.count, bytes[position] != 0x0A,
            let length = EnvironmentSpace.blankLength(at: position, in: bytes[...])
        {
            position += length
        }
    }

    private mutating func advance(by count: Int) {
        if bytes[position] == 0x0A { line += 1 }
        position += count
    }

    private func problem(_ text: String) -> ReleaseSetError {
        .environmentSyntax(document: document, line: line, problem: text)
    }
}
