/// The name of a repository below a registry, such as `cloudgrid/charts/cloudgrid`.
///
/// OCI distribution-spec 1.1.1, "Pulling manifests": `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*` components with `/`
/// between them. At most 255 bytes together with the host, which the registry's own floor checks.
package struct RepositoryName: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(ReferenceError) {
        let components = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard text.utf8.count <= 255, components.allSatisfy(Self.isComponent) else { throw .repository(text) }
        self.text = text
    }

    package var description: String { text }

    /// The component after the last slash.
    package var lastComponent: String {
        String(text.split(separator: "/").last ?? "")
    }

    /// This name with `prefix` before it, or the name itself where there is no prefix.
    package func below(_ prefix: RepositoryName?) throws(ReferenceError) -> RepositoryName {
        guard let prefix else { return self }
        return try RepositoryName(prefix.text + "/" + text)
    }

    package static func < (a: RepositoryName, b: RepositoryName) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }

    private static func isComponent(_ bytes: Substring.UTF8View) -> Bool {
        var separator: [UInt8] = []
        var isEmpty = true
        for byte in bytes {
            if isAlphanumeric(byte) {
                guard isEmpty || isSeparator(separator) else { return false }
                separator = []
                isEmpty = false
            } else {
                guard !isEmpty else { return false }
                separator.append(byte)
            }
        }
        return !isEmpty && separator.isEmpty
    }

    private static func isSeparator(_ bytes: [UInt8]) -> Bool {
        guard let first = bytes.first else { return true }
        return switch first {
        case UInt8(ascii: "."): bytes.count == 1
        case UInt8(ascii: "_"): bytes.count <= 2 && bytes.allSatisfy { $0 == first }
        case UInt8(ascii: "-"): bytes.allSatisfy { $0 == first }
        default: false
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
