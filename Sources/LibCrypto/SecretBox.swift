import CLibCrypto

/// Authenticated encryption with a secret key: XSalsa20 and Poly1305, the tag in front of the bytes.
///
/// The format is that of NaCl's `crypto_secretbox`.
enum SecretBox {
    static let keyCount = 32
    static let nonceCount = 24
    static let tagCount = 16

    static func seal(_ bytes: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8] {
        let (hidden, tag) = applied(to: bytes, key: key, nonce: nonce, isSealing: true)
        return tag + hidden
    }

    /// The bytes that were sealed; `nil` for another key, another nonce, and for a box that was changed.
    static func open(_ box: [UInt8], key: [UInt8], nonce: [UInt8]) -> [UInt8]? {
        guard box.count >= tagCount else { return nil }
        var (bytes, tag) = applied(to: [UInt8](box[tagCount...]), key: key, nonce: nonce, isSealing: false)
        // In constant time, so that how long it takes tells nothing about the right tag.
        guard CRYPTO_memcmp(tag, box, tagCount) == 0 else {
            bytes.wipe()
            return nil
        }
        return bytes
    }

    /// The bytes under the stream, and the tag over the hidden side of them.
    private static func applied(
        to bytes: [UInt8], key: [UInt8], nonce: [UInt8], isSealing: Bool,
    ) -> (bytes: [UInt8], tag: [UInt8]) {
        precondition(key.count == keyCount && nonce.count == nonceCount)
        var subkey = Salsa20.subkey(key: key, nonce: [UInt8](nonce[..<16]))
        var stream = Salsa20.stream(count: 32 + bytes.count, key: subkey, nonce: [UInt8](nonce[16...]))
        // The first 32 bytes of the stream are the key of the tag.
        var tagKey = [UInt8](stream[..<32])
        defer {
            subkey.wipe()
            stream.wipe()
            tagKey.wipe()
        }
        let other = bytes.indices.map { bytes[$0] ^ stream[$0 + 32] }
        return (other, poly1305(isSealing ? other : bytes, key: tagKey))
    }

    /// RFC 8439, section 2.5.
    private static func poly1305(_ bytes: [UInt8], key: [UInt8]) -> [UInt8] {
        guard let algorithm = EVP_MAC_fetch(nil, "POLY1305", nil), let context = EVP_MAC_CTX_new(algorithm)
        else {
            OpenSSLErrors.stopWithoutMemory()
        }
        defer {
            EVP_MAC_CTX_free(context)
            EVP_MAC_free(algorithm)
        }
        var tag = [UInt8](repeating: 0, count: tagCount)
        var count = 0
        guard EVP_MAC_init(context, key, key.count, nil) == 1,
            EVP_MAC_update(context, bytes, bytes.count) == 1,
            EVP_MAC_final(context, &tag, &count, tag.count) == 1, count == tagCount
        else { preconditionFailure("OpenSSL cannot compute Poly1305") }
        return tag
    }
}
