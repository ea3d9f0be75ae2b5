extension ComposeVariables {
    /// Returns the names of the variables in the tag of an image reference, those in their defaults included.
    package static func names(inTagOf reference: String) -> Set<String> {
        var names: Set<String> = []
        var rest = Array(reference.utf8)[...]
        var depth = 0
        var isTag = false
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "$"):
                if rest.first == byte {
                    rest.removeFirst()
                    continue
                }
                if rest.first == UInt8(ascii: "{") {
                    rest.removeFirst()
                    depth += 1
                }
                let name = rest.prefix { FileName.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
                rest = rest.dropFirst(name.count)
                if isTag, !name.isEmpty { names.insert(String(decoding: name, as: UTF8.self)) }
            case UInt8(ascii: "{") where depth > 0:
                depth += 1
            case UInt8(ascii: "}") where depth > 0:
                depth -= 1
            // The colon before a slash belongs to a port.
            case UInt8(ascii: "/") where depth == 0:
                isTag = false
                names = []
            case UInt8(ascii: ":") where depth == 0:
                isTag = true
            case UInt8(ascii: "@") where depth == 0:
                return names
            default:
                break
            }
        }
        return names
    }
}
