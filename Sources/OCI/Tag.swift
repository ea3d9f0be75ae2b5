/// A name that a repository gives to one of its manifests.
///
/// OCI distribution-spec 1.1.1, "Pulling manifests": `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
package struct Tag: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) throws(ReferenceError) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 128, Self.isWord(first),
            bytes.allSatisfy({ Self.isWord($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") })
        else { throw .tag(text) }
        self.text = text
    }

    package var description: String { text }

    /// The tag under which a registry without the referrers API lists what refers to `subject`.
    ///
    /// OCI distribution-spec 1.1.1, "Referrers Tag Schema".
    package init(referrersOf subject: Digest) {
        text = "sha256-" + subject.hex
    }

    /// The tag under which cosign keeps something about `subject`; `suffix` is `sig`, `att` or `sbom`.
    package init(cosign suffix: CosignSuffix, of subject: Digest) {
        text = "sha256-" + subject.hex + "." + suffix.rawValue
    }

    package enum CosignSuffix: String, CaseIterable, Sendable {
        case sig, att, sbom
    }

    /// What a tag of cosign's form is about; nothing for any other tag.
    package var cosignSubject: Digest? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, CosignSuffix(rawValue: String(parts[1])) != nil, parts[0].hasPrefix("sha256-")
        else {
            return nil
        }
        return Digest(hex: Array(parts[0].utf8.dropFirst("sha256-".utf8.count)))
    }

    package static func < (a: Tag, b: Tag) -> Bool {
        a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || byte == UInt8(ascii: "_")
    }
}
