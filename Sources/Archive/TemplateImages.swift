/// Images that the text of chart templates names literally.
///
/// Templates are not rendered: a value counts if it stands behind the key `image` on one line without `{{`.
package struct TemplateImages: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        /// Path of the template below the chart's folder.
        package let path: String
        /// Counted from one.
        package let number: Int
        /// The value, without quotes.
        package let text: String
    }

    package static let lineLimit = 1000

    package private(set) var lines: [Line] = []
    /// Charts inside of the chart, which are not read.
    package private(set) var subcharts: Set<String> = []

    package init() {}

    static func isTemplate(_ path: String) -> Bool {
        path.hasPrefix("templates/") && path != "templates/NOTES.txt"
    }

    /// Notes a file of `charts/`, which belongs to a chart inside of the chart.
    mutating func noteSubchart(_ path: String) {
        let parts = path.split(separator: "/")
        guard parts.count > 1, parts[0] == "charts", subcharts.count < Self.lineLimit else { return }
        subcharts.insert("charts/\(parts[1])")
    }

    mutating func read(_ bytes: [UInt8], path: String) {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            let isComment = line.first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "#")
            guard !isComment, !line.contains("{{".utf8), let text = Self.image(in: line) else { continue }
            self.lines.append(Line(path: path, number: index + 1, text: text))
        }
    }

    /// The value behind `image:`, where that is a key.
    private static func image(in line: ArraySlice<UInt8>) -> String? {
        let key = Array("image".utf8)
        var start = line.startIndex
        while let found = line[start...].firstRange(of: key) {
            start = found.upperBound
            let before = line[..<found.lowerBound].last
            guard before.map({ " \t{,\"'".utf8.contains($0) }) ?? true else { continue }
            var rest = line[found.upperBound...]
            if let quote = before, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
                guard rest.first == quote else { continue }
                rest = rest.dropFirst()
            }
            rest = rest.drop { $0 == 0x20 }
            guard rest.first == UInt8(ascii: ":") else { continue }
            return value(at: rest.dropFirst())
        }
        return nil
    }

    private static func value(at rest: ArraySlice<UInt8>) -> String? {
        let text = rest.drop { $0 == 0x20 || $0 == 0x09 }
        guard let first = text.first else { return nil }
        let isQuoted = first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
        let value =
            isQuoted
            ? text.dropFirst().prefix { $0 != first }
            : text.prefix { !" \t\r,}]".utf8.contains($0) }
        return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
    }
}
