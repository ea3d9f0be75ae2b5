import CLibCrypto

/// A public key that may sign bundles, known by the hash of its one encoding.
///
/// Owning one means that it passed every rule of admission: Ed25519, ECDSA on the named curve P-256, or RSA of 3072
/// to 4096 bits. Two values are equal exactly when they are the same key.
package struct PublicKey: Hashable, Sendable {
    /// The SubjectPublicKeyInfo in DER (RFC 5280, section 4.1.2.7).
    package let spki: [UInt8]
    package let algorithm: KeyAlgorithm

    /// Reads a SubjectPublicKeyInfo in DER, all of it.
    package init(spki der: [UInt8]) throws(KeyError) {
        guard let key = PKey(spki: der) else {
            throw Self.isPrivateKey(der: der)
                ? .isPrivate
                : .malformed(expected: "a SubjectPublicKeyInfo in DER", found: "other bytes")
        }
        algorithm = try KeyAdmission.algorithm(of: key, spki: der)
        spki = der
    }

    /// Reads a file with one PEM block, `PUBLIC KEY`.
    package init(pem: [UInt8]) throws(KeyError) {
        // Looked for in the text, because a private key counts as one even where it stands second or is broken.
        guard !pem.holds(Self.privateKeyMark) else { throw .isPrivate }
        let block = try PEMBlock.only(in: pem, expected: "a PEM block \"PUBLIC KEY\"")
        guard block.label == "PUBLIC KEY", !block.hasHeaders else {
            throw .malformed(expected: "a PEM block \"PUBLIC KEY\"", found: block.printableLabel)
        }
        try self.init(spki: block.content)
    }

    /// The key's identity: SHA-256 of its SubjectPublicKeyInfo in DER.
    package var id: [UInt8] {
        SHA256.hash(spki)
    }

    /// Whether the signature is this key's, over exactly these bytes, in the one form its algorithm has here.
    package func isValid(signature: [UInt8], over message: [UInt8]) -> Bool {
        guard !signature.isEmpty, let key = PKey(spki: spki) else { return false }
        return key.verifies(signature, over: message, digest: algorithm.digestName)
    }

    /// The key as a PEM block `PUBLIC KEY`, with a final newline.
    package var pem: [UInt8] {
        var text = [UInt8]("-----BEGIN PUBLIC KEY-----\n".utf8)
        // 48 bytes are 64 characters, the line length of RFC 7468, section 2.
        for start in stride(from: 0, to: spki.count, by: 48) {
            let line = [UInt8](spki[start..<min(start + 48, spki.count)])
            text += [UInt8](unsafeUninitializedCapacity: 65) { characters, count in
                count = Int(EVP_EncodeBlock(characters.baseAddress, line, Int32(line.count)))
            }
            text.append(0x0a)
        }
        return text + "-----END PUBLIC KEY-----\n".utf8
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
