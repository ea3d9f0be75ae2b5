import CLibCrypto

extension PrivateKey {
    /// One guess of a pass phrase costs this many HMACs, the figure OWASP gives for PBKDF2 with SHA-256.
    private static let iterations: CInt = 600_000
    private static let saltCount: CInt = 16

    /// The key as PKCS#8 in PEM; with a pass phrase encrypted by PBES2, AES-256-CBC and PBKDF2 over HMAC-SHA-256.
    ///
    /// An empty pass phrase is refused: the file would look protected and not be.
    package func pem(encryptedWith passphrase: [UInt8]?) throws(KeyError) -> [UInt8] {
        if let passphrase, passphrase.isEmpty { throw .noPassphrase("it is empty") }
        return try withKey { (key) throws(KeyError) -> [UInt8] in
            guard let info = EVP_PKEY2PKCS8(key), let bio = BIO_new(BIO_s_secmem()) else {
                throw .openSSL(doing: "writing", reason: OpenSSLErrors.take())
            }
            defer {
                PKCS8_PRIV_KEY_INFO_free(info)
                BIO_free_all(bio)
            }
            let written =
                if let passphrase {
                    Self.write(info, to: bio, sealedWith: passphrase)
                } else {
                    PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) == 1
                }
            guard written else {
                throw .openSSL(doing: "writing", reason: OpenSSLErrors.take())
            }
            var text: UnsafeMutablePointer<CChar>?
            let count = cgbundle_bio_memory(bio, &text)
            return [UInt8](UnsafeRawBufferPointer(start: text, count: count))
        }
    }

    private static func write(
        _ info: OpaquePointer, to bio: OpaquePointer, sealedWith passphrase: [UInt8]
    ) -> Bool {
        // A null salt asks for a random one of the given length.
        guard
            let scheme = PKCS5_pbe2_set_iv(
                EVP_aes_256_cbc(), iterations, nil, saltCount, nil, NID_hmacWithSHA256)
        else { return false }
        let sealed = passphrase.withUnsafeBytes { bytes in
            PKCS8_set0_pbe(
                bytes.baseAddress?.assumingMemoryBound(to: CChar.self), CInt(bytes.count), info, scheme)
        }
        guard let sealed else {
            X509_ALGOR_free(scheme)
            return false
        }
        defer { X509_SIG_free(sealed) }
        return PEM_write_bio_PKCS8(bio, sealed) == 1
    }
}
