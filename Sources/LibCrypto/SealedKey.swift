import CLibCrypto

/// A private key under a pass phrase, in the form of cosign's key files: PKCS#8 in a secret box whose key scrypt
/// makes of the pass phrase.
///
/// The file around it is JSON in PEM, which is not read here.
///
/// secure-systems-lab/go-securesystemslib, encrypted/encrypted.go.
package struct SealedKey: Hashable, Sendable {
    /// scrypt's N, which is what a guess of the pass phrase costs; r is 8 and p is 1.
    package let cost: Int
    package let salt: [UInt8]
    package let nonce: [UInt8]
    package let box: [UInt8]

    package static let r = 8
    package static let p = 1
    /// What others write. More would let a key file ask for all the memory there is.
    package static let costs = [32_768, 65_536, 131_072]
    package static let saltCount = 32
    private static let maximumBoxCount = 65_536

    package init(cost: Int, salt: [UInt8], nonce: [UInt8], box: [UInt8]) throws(KeyError) {
        guard Self.costs.contains(cost) else {
            throw .malformed(expected: "scrypt with N 32768, 65536 or 131072", found: "N \(cost)")
        }
        guard salt.count == Self.saltCount, nonce.count == SecretBox.nonceCount else {
            throw .malformed(
                expected: "a salt of \(Self.saltCount) and a nonce of \(SecretBox.nonceCount) bytes",
                found: "\(salt.count) and \(nonce.count)")
        }
        guard (SecretBox.tagCount...Self.maximumBoxCount).contains(box.count) else {
            throw .malformed(expected: "an encrypted private key", found: "\(box.count) bytes")
        }
        self.cost = cost
        self.salt = salt
        self.nonce = nonce
        self.box = box
    }

    /// Seals the bytes under a fresh salt and nonce.
    init(sealing secret: [UInt8], with passphrase: [UInt8]) throws(KeyError) {
        let cost = 65_536
        let (salt, nonce) = (try Self.random(Self.saltCount), try Self.random(SecretBox.nonceCount))
        var key = try Self.key(of: passphrase, salt: salt, cost: cost)
        defer { key.wipe() }
        try self.init(
            cost: cost, salt: salt, nonce: nonce, box: SecretBox.seal(secret, key: key, nonce: nonce))
    }

    /// The sealed bytes; an empty pass phrase is one like any other.
    func opened(with passphrase: [UInt8]) throws(KeyError) -> [UInt8] {
        var key = try Self.key(of: passphrase, salt: salt, cost: cost)
        defer { key.wipe() }
        guard let secret = SecretBox.open(box, key: key, nonce: nonce) else { throw .passphrase }
        return secret
    }

    /// RFC 7914. OpenSSL's own limit is below what the smallest cost takes.
    private static func key(of passphrase: [UInt8], salt: [UInt8], cost: Int) throws(KeyError) -> [UInt8] {
        var key = [UInt8](repeating: 0, count: SecretBox.keyCount)
        let made = passphrase.withUnsafeBytes { bytes in
            EVP_PBE_scrypt(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, salt, salt.count,
                UInt64(cost), UInt64(r), UInt64(p), 256 << 20, &key, key.count)
        }
        guard made == 1 else { throw .openSSL(doing: "the pass phrase", reason: OpenSSLErrors.take()) }
        return key
    }

    private static func random(_ count: Int) throws(KeyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        guard RAND_bytes(&bytes, CInt(count)) == 1 else {
            throw .openSSL(doing: "generation", reason: OpenSSLErrors.take())
        }
        return bytes
    }
}
