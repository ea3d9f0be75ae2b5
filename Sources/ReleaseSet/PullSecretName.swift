/// The name of the Kubernetes secret with which a cluster pulls from the mirror.
///
/// Kubernetes, "Object Names and IDs", DNS subdomain names: lowercase letters, digits and `-` in components with dots
/// between them, each beginning and ending with a letter or digit, 253 bytes at most.
package struct PullSecretName: Hashable, Sendable, CustomStringConvertible {
    /// What the vendor's handbook calls it.
    package static let documented = PullSecretName(checked: "cloudgrid-registry")

    package let text: String

    private init(checked text: String) { self.text = text }

    package init(_ text: String) throws(ReleaseSetError) {
        let components = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard text.utf8.count <= 253, components.allSatisfy(Self.isComponent) else { throw .secretName(text) }
        self.text = text
    }

    package var description: String { text }

    private static func isComponent(_ bytes: Substring.UTF8View) -> Bool {
        guard let first = bytes.first, let last = bytes.last else { return false }
        return first != UInt8(ascii: "-") && last != UInt8(ascii: "-")
            && bytes.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}
