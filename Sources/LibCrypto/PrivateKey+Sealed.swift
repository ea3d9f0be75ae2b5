import CLibCrypto

extension PrivateKey {
    /// Opens a sealed key. The pass phrase is wiped after use.
    package convenience init(
        opening sealed: SealedKey, passphrase: () throws(KeyError) -> [UInt8],
    ) throws(KeyError) {
        var phrase = try passphrase()
        defer { phrase.wipe() }
        var der = try sealed.opened(with: phrase)
        defer {
            der.wipe()
            OpenSSLErrors.clear()
        }
        let info = der.decoded(
            with: { d2i_PKCS8_PRIV_KEY_INFO(nil, &$0, $1) }, freeing: { PKCS8_PRIV_KEY_INFO_free($0) })
        guard let info else {
            throw .malformed(expected: "a PKCS#8 private key in DER", found: "other bytes")
        }
        try self.init(Self.key(consuming: info))
    }

    /// The key under a pass phrase, in the form that cosign reads; the pass phrase may be empty.
    package func sealed(with passphrase: [UInt8]) throws(KeyError) -> SealedKey {
        try withKey { (key) throws(KeyError) -> SealedKey in
            guard let info = EVP_PKEY2PKCS8(key) else {
                throw .openSSL(doing: "writing", reason: OpenSSLErrors.take())
            }
            defer { PKCS8_PRIV_KEY_INFO_free(info) }
            var der = [UInt8](repeating: 0, count: max(0, Int(i2d_PKCS8_PRIV_KEY_INFO(info, nil))))
            defer { der.wipe() }
            let count = der.withUnsafeMutableBufferPointer { bytes -> CInt in
                var cursor = bytes.baseAddress
                return i2d_PKCS8_PRIV_KEY_INFO(info, &cursor)
            }
            guard count > 0, Int(count) == der.count else {
                throw .openSSL(doing: "writing", reason: OpenSSLErrors.take())
            }
            return try SealedKey(sealing: der, with: passphrase)
        }
    }
}
