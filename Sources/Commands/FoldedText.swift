/// A line for people, broken between words where a terminal would break it inside of one.
///
/// What goes on stands under what it belongs to: under the text behind a short label, else a little further in than the
/// line began. A word that fits on no line of its own stays where it is, and whole.
struct FoldedText {
    let lines: [String]

    /// How far in a label may reach for the text to go on behind it.
    private static let longestLabel = 26

    /// - Parameter columns: of the terminal; nothing where none is, and then the line stays one.
    init(_ text: String, columns: Int?) {
        guard let columns, text.count > columns else {
            lines = [text]
            return
        }
        let indent = String(repeating: " ", count: Self.hanging(text))
        var lines: [String] = []
        var line = ""
        for word in Self.words(text) {
            let next = indent + word.drop { $0 == " " }
            if !line.isEmpty, line.count + word.count > columns, next.count <= columns {
                lines.append(line)
                line = next
            } else {
                line += word
            }
        }
        self.lines = lines + [line]
    }

    /// The words, each with the spaces before it.
    private static func words(_ text: String) -> [Substring] {
        var words: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            let word = rest.drop { $0 == " " }.drop { $0 != " " }
            words.append(rest[..<word.startIndex])
            rest = word
        }
        return words
    }

    /// The column in which the lines after the first begin.
    private static func hanging(_ text: String) -> Int {
        let begin = text.prefix { $0 == " " }.count
        var column = begin
        var spaces = 0
        var found = begin + 2
        for character in text.dropFirst(begin).prefix(longestLabel) {
            if character != " ", spaces > 1 { found = column }
            spaces = character == " " ? spaces + 1 : 0
            column += 1
        }
        return found
    }
}
