import CLibCrypto

/// A public key that checks what a vendor, a log or an authority signed; known by the hash of its one encoding.
///
/// It is wider than the keys that may sign bundles, because others chose it: ECDSA on the named curves P-256, P-384
/// and P-521, RSA of 2048 to 4096 bits, Ed25519. Two values are equal exactly when they are the same key.
package struct VerificationKey: Hashable, Sendable {
    /// The SubjectPublicKeyInfo in DER (RFC 5280, section 4.1.2.7).
    package let spki: [UInt8]
    package let algorithm: KeyAlgorithm

    /// Reads a SubjectPublicKeyInfo in DER, all of it.
    package init(spki der: [UInt8]) throws(KeyError) {
        try self.init(spki: der, for: .evidence)
    }

    /// Reads a file with one PEM block, `PUBLIC KEY`.
    package init(pem: [UInt8]) throws(KeyError) {
        try self.init(pem: pem, for: .evidence)
    }

    /// Reads a bare RSAPublicKey in DER, as old transparency logs publish it (RFC 8017, appendix A.1.1).
    package init(pkcs1 der: [UInt8]) throws(KeyError) {
        guard let spki = PKey(pkcs1: der)?.spki else {
            throw .malformed(expected: "an RSAPublicKey in DER", found: "other bytes")
        }
        try self.init(spki: spki)
    }

    /// Every key that may sign bundles may also be asked about evidence.
    package init(_ key: PublicKey) {
        self = key.key
    }

    init(spki der: [UInt8], for use: KeyUse) throws(KeyError) {
        guard let key = PKey(spki: der) else {
            throw Self.isPrivateKey(der: der)
                ? .isPrivate
                : .malformed(expected: "a SubjectPublicKeyInfo in DER", found: "other bytes")
        }
        algorithm = try KeyAdmission.algorithm(of: key, spki: der, for: use)
        spki = der
    }

    init(pem: [UInt8], for use: KeyUse) throws(KeyError) {
        let expected = "a PEM block \"PUBLIC KEY\""
        // Looked for in the text, because a private key counts as one even where it stands second or is broken.
        guard !pem.holds(Self.privateKeyMark) else { throw .isPrivate }
        let block: PEMBlock
        do { block = try PEMBlock.only(in: pem) } catch {
            throw .malformed(expected: expected, found: error.found)
        }
        guard block.label == "PUBLIC KEY", !block.hasHeaders else {
            throw .malformed(expected: expected, found: block.printableLabel)
        }
        try self.init(spki: block.content, for: use)
    }

    /// The key's identity: SHA-256 of its SubjectPublicKeyInfo in DER.
    package var id: [UInt8] {
        SHA256.hash(spki)
    }

    /// The key as a PEM block `PUBLIC KEY`, with a final newline.
    package var pem: [UInt8] {
        PEMBlock.text(label: "PUBLIC KEY", content: spki)
    }

    /// The 32 bytes of an Ed25519 key, which the key ids of signed notes are made of; `nil` for other algorithms.
    package var rawEd25519: [UInt8]? {
        algorithm == .ed25519 ? [UInt8](spki.dropFirst(KeyAdmission.ed25519Prefix.count)) : nil
    }

    private static let privateKeyMark = [UInt8]("PRIVATE KEY-----".utf8)

    private static func isPrivateKey(der: [UInt8]) -> Bool {
        let key = der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var cursor = bytes.baseAddress
            return d2i_AutoPrivateKey(nil, &cursor, bytes.count)
        }
        OpenSSLErrors.clear()
        EVP_PKEY_free(key)
        return key != nil
    }
}

extension [UInt8] {
    fileprivate func holds(_ needle: [UInt8]) -> Bool {
        guard count >= needle.count else { return false }
        return indices.dropLast(needle.count - 1).contains { self[$0...].starts(with: needle) }
    }
}
