package import LibCrypto

/// The identity of a public key: SHA-256 of its SubjectPublicKeyInfo in DER.
///
/// It is also what the hint of a Sigstore bundle holds, in base64.
package struct KeyID: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(of key: PublicKey) {
        bytes = key.id
    }

    package init(of key: VerificationKey) {
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
        guard let bytes = [UInt8](hex: String(decoding: utf8.dropFirst(Self.prefix.count), as: UTF8.self))
        else {
            return nil
        }
        self.bytes = bytes
    }

    private static let prefix = [UInt8]("sha256:".utf8)
}

extension KeyID: CustomStringConvertible {
    package var description: String {
        String(decoding: Self.prefix, as: UTF8.self) + bytes.hex
    }
}

extension KeyID: Comparable {
    package static func < (left: KeyID, right: KeyID) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
