/// The values for a mirror, with an account of everything that differs from the original.
package struct MirroredValues: Sendable {
    /// A key whose value is another now; `old` is `nil` where the original did not give it.
    package struct Change: Hashable, Sendable {
        package let key: String
        package let old: String?
        package let new: String
    }

    /// A tag that stands beside a digest. The chart prefers the digest, so it is left alone and reported.
    package struct TagNote: Hashable, Sendable {
        package let key: String
        package let tag: String
        package let line: Int
    }

    package let bytes: [UInt8]
    package let changes: [Change]
    package let tags: [TagNote]
    /// Images of the release, or that the operator added, for which neither the values nor the chart's known keys have a
    /// place.
    package let unplaced: [String]
    /// References of the original to images that the bundle does not bring.
    package let foreign: [String]
}
