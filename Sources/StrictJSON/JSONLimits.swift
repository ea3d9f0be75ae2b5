/// What a document may cost before it is refused.
package struct JSONLimits: Sendable, Hashable {
    /// Bytes of the whole document.
    package let bytes: Int
    /// Values and member names together.
    package let values: Int
    /// Objects and arrays inside each other; the top-level one counts as the first.
    package let depth: Int
    /// Bytes of one string or member name, as spelled between its quotes.
    package let stringBytes: Int

    /// - Parameter depth: at most 512, because the parser descends on the stack of its thread.
    package init(bytes: Int, values: Int = 200_000, depth: Int = 32, stringBytes: Int = 1_048_576) {
        precondition(depth <= 512, "a document nested deeper than 512 would not fit the stack")
        self.bytes = bytes
        self.values = values
        self.depth = depth
        self.stringBytes = stringBytes
    }
}

/// A part of a document that is checked to the last byte but not kept.
///
/// A release manifest holds whole SPDX documents inside the elements of its array `images`. With
/// `Elision(under: "images")` each object or array that is a direct member of such an element becomes
/// `JSONValue.elided`; its strings, numbers and booleans stay.
package struct Elision: Sendable, Hashable {
    /// Name of an array that is a member of the top-level object.
    package let list: String

    package init(under list: String) {
        self.list = list
    }
}
