/// A text of a certificate, pinned.
package enum TextPin: Hashable, Sendable {
    /// Byte for byte, with placeholders filled in from the release that is judged.
    case exact(String)
    case pattern(TextPattern)

    /// Placeholders in the text, in the order of their kinds.
    package var placeholders: [Placeholder] {
        guard case .exact(let text) = self else { return [] }
        return Placeholder.allCases.filter { text.contains($0.rawValue) }
    }

    /// Compares a text of a certificate; a pin with a placeholder that has no value matches nothing.
    package func matches(_ found: String, for release: JudgedRelease) -> Bool {
        switch self {
        case .exact(let text):
            guard placeholders.allSatisfy({ release.value(of: $0) != nil }) else { return false }
            return found.utf8.elementsEqual(Self.filled(text, for: release).utf8)
        case .pattern(let pattern):
            return pattern.matches(found)
        }
    }

    /// Expectation in words, with the placeholders as they stand.
    package var described: String {
        switch self {
        case .exact(let text): text
        case .pattern(let pattern): "something like \(pattern.text)"
        }
    }

    /// Expectation in words for one release; a placeholder without a value is named with the reason.
    package func described(for release: JudgedRelease) -> String {
        guard case .exact(let text) = self else { return described }
        let missing = placeholders.filter { release.value(of: $0) == nil }.map {
            "\($0.rawValue) has no value: \(release.absence(of: $0))"
        }
        return Self.filled(text, for: release)
            + (missing.isEmpty ? "" : " (\(missing.joined(separator: "; ")))")
    }

    private static func filled(_ text: String, for release: JudgedRelease) -> String {
        var filled: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let first = rest.first {
            if let placeholder = Placeholder(beginning: rest), let value = release.value(of: placeholder) {
                filled += value.utf8
                rest = rest.dropFirst(placeholder.rawValue.utf8.count)
            } else {
                filled.append(first)
                rest = rest.dropFirst()
            }
        }
        return String(decoding: filled, as: UTF8.self)
    }
}
