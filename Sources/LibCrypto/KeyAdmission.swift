import CLibCrypto

/// The rules by which a public key is admitted.
///
/// Each rule closes a way in which a key that loads would prove nothing: a small RSA modulus, a curve of the
/// key's own making, an Ed25519 point of small order. A key also has exactly one admitted encoding, so that its
/// identity, a hash of that encoding, cannot be had twice and counted twice.
enum KeyAdmission {
    /// SubjectPublicKeyInfo of an Ed25519 key up to its point (RFC 8410, section 4).
    static let ed25519Prefix: [UInt8] = [
        0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]

    static func algorithm(
        of key: borrowing PKey, spki: [UInt8], for use: KeyUse,
    ) throws(KeyError) -> KeyAlgorithm {
        if key.isA("EC") { return try ecdsa(key, spki, use) }
        if key.isA("ED25519") { return try ed25519(spki, use) }
        if key.isA("RSA") { return try rsa(key, spki, use) }
        throw .weak(found: key.typeName, use)
    }

    private static func ecdsa(
        _ key: borrowing PKey, _ spki: [UInt8], _ use: KeyUse,
    ) throws(KeyError) -> KeyAlgorithm {
        guard key.text(OSSL_PKEY_PARAM_EC_ENCODING) == OSSL_PKEY_EC_ENCODING_GROUP else {
            throw .weak(found: "an elliptic curve with explicit parameters", use)
        }
        let name = key.text(OSSL_PKEY_PARAM_GROUP_NAME) ?? "an unnamed curve"
        guard let curve = use.curves.first(where: { $0.name == name }) else {
            throw .weak(found: "ECDSA on \(name)", use)
        }
        guard spki.count == curve.byteCount, spki.starts(with: curve.prefix) else {
            throw .weak(found: "a point that is not in the uncompressed form", use)
        }
        return curve.algorithm
    }

    private static func ed25519(_ spki: [UInt8], _ use: KeyUse) throws(KeyError) -> KeyAlgorithm {
        guard spki.starts(with: ed25519Prefix), let point = Ed25519Point(spki[ed25519Prefix.count...]) else {
            throw .malformed(expected: "an Ed25519 public key of 32 bytes", found: "another encoding")
        }
        guard point.isCanonical else {
            throw .weak(found: "an Ed25519 point that is not in its canonical form", use)
        }
        guard !point.hasLowOrder else {
            throw .weak(found: "an Ed25519 point of low order, under which anyone can sign", use)
        }
        return .ed25519
    }

    private static func rsa(
        _ key: borrowing PKey, _ spki: [UInt8], _ use: KeyUse,
    ) throws(KeyError) -> KeyAlgorithm {
        let bits = key.bits
        guard use.rsaBits.contains(bits) else { throw .weak(found: "RSA of \(bits) bits", use) }
        // With the exponent 1 a signature is its own padded hash, and small ones have a record of forgeries by
        // cube root; 2^31 is where Go, and so cosign, stops reading.
        guard let exponent = key.rsaExponent, (65537..<(1 << 31)).contains(exponent), exponent % 2 == 1 else {
            throw .weak(
                found: "an RSA public exponent other than an odd number from 65537 to 2147483647", use)
        }
        guard key.spki == spki else {
            throw .malformed(
                expected: "a SubjectPublicKeyInfo in DER", found: "another encoding of an RSA key")
        }
        return .rsa(bits: bits)
    }
}
