/// The settings for compose at a mirror, with an account of everything that differs from the vendor's example.
package struct MirroredEnvironment: Sendable {
    package let bytes: [UInt8]
    package let changes: [MirroredValues.Change]
    /// Settings that name an image which the bundle does not bring, as `NAME=VALUE`.
    package let unplaced: [String]
    /// Whether some setting held the vendor's registry location. If none does, the compose file alone decides from
    /// where the images come.
    package let holdsLocation: Bool
}
