/// The encoding of a point on edwards25519: the y coordinate in 255 bits, little end first, and the sign of x.
///
/// OpenSSL 3.0 loads any 32 bytes. Under a point of low order it then finds a trivial signature good for many a
/// message, and under the identity for every message, so such points are known here by name.
///
/// RFC 8032, section 5.1.2.
struct Ed25519Point {
    /// y without the sign bit, little end first.
    private let y: [UInt8]

    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var y = [UInt8](bytes)
        y[31] &= 0x7f
        self.y = y
    }

    /// Whether y is below the field's prime, 2^255 - 19, as RFC 8032, section 5.1.3, step 1 demands.
    var isCanonical: Bool {
        y[0] < 0xed || y[31] != 0x7f || y[1..<31].contains { $0 != 0xff }
    }

    /// Whether eight times the point is the identity.
    var hasLowOrder: Bool {
        Self.lowOrder.contains(y)
    }

    /// The y coordinates of the eight points whose order divides 8, in canonical form.
    private static let lowOrder: [[UInt8]] = [
        // Order 4.
        [UInt8](repeating: 0, count: 32),
        // Order 1, the identity.
        [1] + [UInt8](repeating: 0, count: 31),
        // Order 2: the prime less one.
        [0xec] + [UInt8](repeating: 0xff, count: 30) + [0x7f],
        // Order 8, two values.
        [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
            0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
        ],
        [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
            0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
        ],
    ]
}
