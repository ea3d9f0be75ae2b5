import OCI

/// An image reference as somebody wrote it, taken apart and spelled out as a container engine would.
///
/// `nats:2.12` is `docker.io/library/nats` with the tag `2.12`. Nothing is validated, since such a text is compared with
/// names that are and never used to fetch anything.
package struct ImagePin: Hashable, Sendable, CustomStringConvertible {
    /// As written.
    package let text: String
    /// With host and path, without tag and digest.
    package let name: String
    package let tag: String?
    package let digest: String?

    package init(_ text: String) {
        self.text = text
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        digest = parts.count == 2 ? String(parts[1]) : nil
        let rest = parts[0]
        let last = rest.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        if let colon = last.firstIndex(of: ":") {
            let tag = last[last.index(after: colon)...]
            self.tag = tag.isEmpty ? nil : String(tag)
            name = Self.spelledOut(rest.dropLast(last[colon...].count))
        } else {
            tag = nil
            name = Self.spelledOut(rest)
        }
    }

    package var description: String { text }

    /// The component after the last slash.
    package var shortName: String {
        String(name.split(separator: "/", omittingEmptySubsequences: false).last ?? "")
    }

    /// True if the text has the form of an image reference, as container engines read it.
    package var isReference: Bool {
        guard let image = try? ImageName(name), image.description.utf8.elementsEqual(name.utf8),
            tag.map({ (try? Tag($0)) != nil }) ?? true
        else { return false }
        return digest.map { (try? Digest($0)) != nil } ?? true
    }

    private static func spelledOut(_ name: Substring) -> String {
        let parts = name.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return "docker.io/library/" + name }
        let isHost =
            parts[0] == "localhost"
            || parts[0].utf8.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") }
        if !isHost { return "docker.io/" + name }
        let isLibrary = parts[0] == "docker.io" && !parts[1].utf8.contains(UInt8(ascii: "/"))
        return isLibrary ? "docker.io/library/" + parts[1] : String(name)
    }
}
