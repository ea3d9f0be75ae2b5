import CLibCrypto

extension PrivateKey {
    static let expected = "one PEM block with a private key"

    /// Reads a file with one private key: PKCS#8, plain or encrypted, or the older forms of EC and RSA keys.
    ///
    /// The pass phrase is asked for only when the key is encrypted, and wiped after use. Legacy PEM encryption is
    /// refused: its key is one MD5 of the pass phrase.
    package convenience init(pem: [UInt8], passphrase: () throws(KeyError) -> [UInt8]) throws(KeyError) {
        let block: PEMBlock
        do { block = try PEMBlock.only(in: pem) } catch {
            throw .malformed(expected: Self.expected, found: error.found)
        }
        defer { OpenSSLErrors.clear() }
        guard !block.hasHeaders else {
            throw .weak(found: "legacy PEM encryption, which openssl pkcs8 -topk8 replaces")
        }
        switch block.label {
        case "PRIVATE KEY": try self.init(Self.pkcs8(block))
        case "ENCRYPTED PRIVATE KEY": try self.init(Self.encrypted(block, passphrase))
        case "EC PRIVATE KEY": try self.init(Self.traditional(block, EVP_PKEY_EC))
        case "RSA PRIVATE KEY": try self.init(Self.traditional(block, EVP_PKEY_RSA))
        default: throw .malformed(expected: Self.expected, found: block.printableLabel)
        }
    }

    /// RFC 5958, section 2.
    private static func pkcs8(_ block: borrowing PEMBlock) throws(KeyError) -> PKey {
        guard
            let info = block.decoded(
                with: { d2i_PKCS8_PRIV_KEY_INFO(nil, &$0, $1) }, freeing: { PKCS8_PRIV_KEY_INFO_free($0) })
        else { throw .malformed(expected: "a PKCS#8 private key in DER", found: "other bytes") }
        return try key(consuming: info)
    }

    /// RFC 5958, section 3, with PBES2 of RFC 8018, section 6.2.
    private static func encrypted(
        _ block: borrowing PEMBlock, _ passphrase: () throws(KeyError) -> [UInt8]
    ) throws(KeyError) -> PKey {
        guard let sealed = block.decoded(with: { d2i_X509_SIG(nil, &$0, $1) }, freeing: { X509_SIG_free($0) })
        else {
            throw .malformed(expected: "an encrypted PKCS#8 private key in DER", found: "other bytes")
        }
        defer { X509_SIG_free(sealed) }
        guard sealedWithPBES2(sealed) else {
            throw .weak(found: "pass phrase encryption other than PBES2, which openssl pkcs8 -topk8 replaces")
        }
        var secret = try passphrase()
        defer { secret.wipe() }
        let opened = secret.withUnsafeBytes { bytes in
            PKCS8_decrypt(sealed, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(bytes.count))
        }
        guard let opened else { throw .passphrase }
        return try key(consuming: opened)
    }

    private static func sealedWithPBES2(_ sealed: OpaquePointer) -> Bool {
        var algorithm: UnsafePointer<X509_ALGOR>?
        var object: OpaquePointer?
        X509_SIG_get0(sealed, &algorithm, nil)
        X509_ALGOR_get0(&object, nil, nil, algorithm)
        return OBJ_obj2nid(object) == NID_pbes2
    }

    static func key(consuming info: OpaquePointer) throws(KeyError) -> PKey {
        defer { PKCS8_PRIV_KEY_INFO_free(info) }
        guard let key = EVP_PKCS82PKEY(info) else {
            throw .malformed(expected: "a private key of a known algorithm", found: "another")
        }
        return PKey(owning: key)
    }

    /// RFC 5915, section 3 and RFC 8017, appendix A.1.2.
    private static func traditional(_ block: borrowing PEMBlock, _ kind: CInt) throws(KeyError) -> PKey {
        guard
            let key = block.decoded(
                with: { d2i_PrivateKey(kind, nil, &$0, $1) }, freeing: { EVP_PKEY_free($0) })
        else { throw .malformed(expected: "a \(block.label) in DER", found: "other bytes") }
        return PKey(owning: key)
    }
}
