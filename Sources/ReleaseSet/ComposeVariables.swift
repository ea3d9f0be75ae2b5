/// Replaces variables as Compose does it: `$NAME`, `${NAME}`, defaults (`:-`, `-`), alternatives (`:+`, `+`), required
/// values (`:?`, `?`) and `$$`. Defaults may hold variables.
///
/// Compose specification, "Interpolation". A `$` that begins no variable is text.
package enum ComposeVariables {
    /// A text whose variables are replaced.
    package struct Expansion: Hashable, Sendable {
        package let text: String
        /// `false` if a variable without a value was replaced by nothing, which Compose does with a warning. The process
        /// environment may give it a value.
        package let isComplete: Bool
    }

    /// Bytes of a text whose variables are replaced.
    static let sizeLimit = 64 << 10
    private static let depthLimit = 32

    /// Returns `nil` if the text is not well-formed or becomes longer than 64 KiB.
    package static func replaced(
        in text: String, with settings: [String: EnvironmentFile.Setting],
    ) -> Expansion? {
        var reader = Reader(rest: Array(text.utf8)[...], settings: settings)
        return reader.text(isInBraces: false, depth: 0).map {
            Expansion(text: String(decoding: $0, as: UTF8.self), isComplete: reader.isComplete)
        }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>
        let settings: [String: EnvironmentFile.Setting]
        var isComplete = true

        mutating func text(isInBraces: Bool, depth: Int) -> [UInt8]? {
            guard depth < depthLimit else { return nil }
            var result: [UInt8] = []
            var openBraces = 0
            while let byte = rest.popFirst() {
                guard result.count <= sizeLimit else { return nil }
                switch byte {
                case UInt8(ascii: "}") where isInBraces && openBraces == 0:
                    return result
                case UInt8(ascii: "$"):
                    guard let value = reference(depth: depth) else { return nil }
                    result += value
                    continue
                case UInt8(ascii: "{"): openBraces += 1
                case UInt8(ascii: "}"): openBraces -= 1
                default: break
                }
                result.append(byte)
            }
            return isInBraces || result.count > sizeLimit ? nil : result
        }

        /// Reads what follows a `$`.
        private mutating func reference(depth: Int) -> [UInt8]? {
            switch rest.first {
            case UInt8(ascii: "$"):
                rest.removeFirst()
                return [UInt8(ascii: "$")]
            case UInt8(ascii: "{"):
                rest.removeFirst()
                return inBraces(depth: depth)
            default:
                guard let name = name() else { return [UInt8(ascii: "$")] }
                return required(settings[name])
            }
        }

        private mutating func inBraces(depth: Int) -> [UInt8]? {
            guard let name = name() else { return nil }
            let value = settings[name]
            var treatsEmptyAsUnset = false
            if rest.first == UInt8(ascii: ":") {
                treatsEmptyAsUnset = true
                rest.removeFirst()
            }
            guard let sign = rest.popFirst() else { return nil }
            if sign == UInt8(ascii: "}") { return treatsEmptyAsUnset ? nil : required(value) }
            // The other text is read in any case, but only what is used decides whether the result is complete.
            let wasComplete = isComplete
            guard let other = text(isInBraces: true, depth: depth + 1) else { return nil }
            let isSet = value.map { !($0.value.isEmpty && treatsEmptyAsUnset) } ?? false
            let usesOther: Bool
            switch sign {
            case UInt8(ascii: "-"): usesOther = !isSet
            case UInt8(ascii: "+"): usesOther = isSet
            case UInt8(ascii: "?"):
                isComplete = wasComplete && isSet
                return isSet ? required(value) : []
            default: return nil
            }
            if usesOther { return other }
            isComplete = wasComplete
            return sign == UInt8(ascii: "-") ? required(value) : []
        }

        private mutating func required(_ setting: EnvironmentFile.Setting?) -> [UInt8] {
            if setting?.isComplete != true { isComplete = false }
            return Array((setting?.value ?? "").utf8)
        }

        private mutating func name() -> String? {
            let name = rest.prefix { FileName.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
            guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
                return nil
            }
            rest = rest.dropFirst(name.count)
            return String(decoding: name, as: UTF8.self)
        }
    }
}
