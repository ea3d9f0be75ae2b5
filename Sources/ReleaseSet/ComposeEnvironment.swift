/// What the variables of a compose file stand for: the settings of `cloudgrid.env.example`.
///
/// Of two settings with one name the last counts, as compose reads them.
package struct ComposeEnvironment: Hashable, Sendable {
    package struct Setting: Hashable, Sendable {
        package let value: String
        /// Counted from one.
        package let line: Int
    }

    package let document: String
    package private(set) var settings: [String: Setting] = [:]

    package init(_ bytes: [UInt8], document: String) {
        self.document = document
        for setting in EnvironmentFile(bytes).settings() {
            let line = 1 + bytes[..<setting.range.lowerBound].count { $0 == UInt8(ascii: "\n") }
            settings[setting.name] = Setting(value: setting.value, line: line)
        }
    }

    /// The text with its variables replaced, as compose does it; `nil` if one has no value and no default.
    ///
    /// Compose specification, "Interpolation": `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}` and `$$`.
    package static func expand(_ text: String, with settings: [String: Setting]) -> String? {
        var rest = Array(text.utf8)[...]
        return expand(&rest, isInside: false, settings, depth: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func expand(
        _ rest: inout ArraySlice<UInt8>, isInside: Bool, _ settings: [String: Setting], depth: Int,
    ) -> [UInt8]? {
        guard depth < 8 else { return nil }
        var result: [UInt8] = []
        while let byte = rest.popFirst() {
            if isInside, byte == UInt8(ascii: "}") { return result }
            guard byte == UInt8(ascii: "$") else {
                result.append(byte)
                continue
            }
            switch rest.first {
            case UInt8(ascii: "$"):
                rest.removeFirst()
                result.append(byte)
            case UInt8(ascii: "{"):
                rest.removeFirst()
                guard let value = variable(&rest, settings, depth: depth) else { return nil }
                result += value
            default:
                let name = rest.prefix(while: isNameByte)
                guard !name.isEmpty, let value = settings[String(decoding: name, as: UTF8.self)]?.value else {
                    return nil
                }
                rest = rest.dropFirst(name.count)
                result += Array(value.utf8)
            }
        }
        return isInside ? nil : result
    }

    /// What stands behind `${`, the closing brace included.
    private static func variable(
        _ rest: inout ArraySlice<UInt8>, _ settings: [String: Setting], depth: Int,
    ) -> [UInt8]? {
        let name = rest.prefix(while: isNameByte)
        rest = rest.dropFirst(name.count)
        let value = settings[String(decoding: name, as: UTF8.self)].map { Array($0.value.utf8) }
        var replacesEmpty = false
        if rest.first == UInt8(ascii: ":") {
            replacesEmpty = true
            rest.removeFirst()
        }
        let isSet = value.map { !($0.isEmpty && replacesEmpty) } ?? false
        guard let sign = rest.popFirst() else { return nil }
        if sign == UInt8(ascii: "}") { return replacesEmpty ? nil : value }
        let other = expand(&rest, isInside: true, settings, depth: depth + 1)
        return switch sign {
        case UInt8(ascii: "-"): isSet ? value : other
        case UInt8(ascii: "?"): isSet ? value : nil
        case UInt8(ascii: "+"): isSet ? other : []
        default: nil
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        FileName.isAlphanumeric(byte) || byte == UInt8(ascii: "_")
    }
}
