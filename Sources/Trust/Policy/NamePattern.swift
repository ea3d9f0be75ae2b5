/// The names of objects of a release: one name, or many of one shape.
///
/// A `*` stands for exactly one path component and never for part of one, so that `ghcr.io/vendor/*` means the images
/// that lie right there.
package struct NamePattern: Hashable, Sendable, CustomStringConvertible {
    private let components: [[UInt8]]?

    package static let byteLimit = 512

    /// Nothing where the text is no pattern.
    package init?(_ text: String) {
        let components = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map(Array.init)
        let isSound = components.allSatisfy { component in
            !component.isEmpty && component.allSatisfy { (0x21...0x7E).contains($0) }
                && (component == Self.star || !component.contains(UInt8(ascii: "*")))
        }
        guard text.utf8.count <= Self.byteLimit, isSound else { return nil }
        self.components = components
    }

    private init() { components = nil }

    /// Every name; no trust file can say that, the options for one run do.
    package static let everything = NamePattern()

    /// Whether it is the name of one object.
    var isOneName: Bool { components.map { !$0.contains(Self.star) } ?? false }

    package func matches(_ name: String) -> Bool {
        guard let components else { return true }
        let found = name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        return found.count == components.count
            && zip(found, components).allSatisfy { part, wanted in
                wanted == Self.star || part.elementsEqual(wanted)
            }
    }

    package var description: String {
        components.map { String(decoding: Array($0.joined(separator: "/".utf8)), as: UTF8.self) }
            ?? "everything"
    }

    private static let star = [UInt8(ascii: "*")]
}
