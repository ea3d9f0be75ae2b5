package import LibCrypto

/// The identity of a public key: SHA-256 of its SubjectPublicKeyInfo in DER.
///
/// It is also what the hint of a Sigstore bundle holds, in base64.
package struct KeyID: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(of key: PublicKey) {
        bytes = key.id
    }

    /// Takes 32 bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Reads `sha256:` and 64 lowercase hex digits, the one spelling that `description` gives.
    package init?(_ text: String) {
        let utf8 = Array(text.utf8)
        guard utf8.count == Self.prefix.count + 2 * SHA256.byteCount, utf8.starts(with: Self.prefix) else {
            return nil
        }
        var bytes: [UInt8] = []
        for place in stride(from: Self.prefix.count, to: utf8.count, by: 2) {
            guard let high = Self.digits.firstIndex(of: utf8[place]),
                let low = Self.digits.firstIndex(of: utf8[place + 1])
            else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        self.bytes = bytes
    }

    private static let prefix = [UInt8]("sha256:".utf8)
    private static let digits = [UInt8]("0123456789abcdef".utf8)
}

extension KeyID: CustomStringConvertible {
    package var description: String {
        let hex = bytes.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 0x0f)]] }
        return String(decoding: Self.prefix + hex, as: UTF8.self)
    }
}

extension KeyID: Comparable {
    package static func < (left: KeyID, right: KeyID) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
