import CLibCrypto

/// Sole owner of one OpenSSL key.
struct PKey: ~Copyable {
    let raw: OpaquePointer

    init(owning raw: OpaquePointer) {
        self.raw = raw
    }

    /// Reads a SubjectPublicKeyInfo, and refuses one that does not end where its DER ends.
    init?(spki der: [UInt8]) {
        let found = der.decoded(with: { d2i_PUBKEY(nil, &$0, $1) }, freeing: { EVP_PKEY_free($0) })
        guard let found else { return nil }
        raw = found
    }

    /// Reads a bare RSAPublicKey of RFC 8017, appendix A.1.1, in DER.
    init?(pkcs1 der: [UInt8]) {
        let found = der.decoded(
            with: { d2i_PublicKey(EVP_PKEY_RSA, nil, &$0, $1) }, freeing: { EVP_PKEY_free($0) })
        guard let found else { return nil }
        raw = found
    }

    deinit {
        EVP_PKEY_free(raw)
    }

    /// The public half as a SubjectPublicKeyInfo in DER.
    var spki: [UInt8]? {
        [UInt8](encodedWith: { i2d_PUBKEY(raw, &$0) })
    }

    func isA(_ name: String) -> Bool {
        EVP_PKEY_is_a(raw, name) == 1
    }

    var typeName: String {
        EVP_PKEY_get0_type_name(raw).map { String(cString: $0) } ?? "an algorithm without a name"
    }

    var bits: Int {
        Int(EVP_PKEY_get_bits(raw))
    }

    /// A text parameter such as the curve; `nil` when the key has none.
    func text(_ name: String) -> String? {
        var buffer = [UInt8](repeating: 0, count: 80)
        var count = 0
        let found = buffer.withUnsafeMutableBytes { bytes in
            EVP_PKEY_get_utf8_string_param(
                raw, name, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, &count)
        }
        OpenSSLErrors.clear()
        guard found == 1, count <= buffer.count else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    /// The public exponent of an RSA key; `nil` when it does not fit into 64 bits.
    var rsaExponent: UInt64? {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(raw, OSSL_PKEY_PARAM_RSA_E, &number) == 1, let number else {
            OpenSSLErrors.clear()
            return nil
        }
        defer { BN_free(number) }
        guard BN_num_bits(number) <= 64 else { return nil }
        return UInt64(BN_get_word(number))
    }

    /// The key for a second owner, who must free it; `nil` when OpenSSL cannot count one more.
    func shared() -> OpaquePointer? {
        EVP_PKEY_up_ref(raw) == 1 ? raw : nil
    }

    /// Whether the signature verifies; there is no hash if the algorithm brings its own.
    func verifies(_ signature: [UInt8], over message: [UInt8], hash: HashAlgorithm?) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer {
            EVP_MD_CTX_free(context)
            OpenSSLErrors.clear()
        }
        guard EVP_DigestVerifyInit_ex(context, nil, hash?.name, nil, nil, raw, nil) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }

    /// Whether the signature verifies over a message of which only the hash is at hand.
    func verifies(_ signature: [UInt8], digest: [UInt8], hash: HashAlgorithm) -> Bool {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, raw, nil) else { return false }
        defer {
            EVP_PKEY_CTX_free(context)
            OpenSSLErrors.clear()
        }
        // The padding of RSA is PKCS#1 v1.5 unless something else is set.
        guard EVP_PKEY_verify_init(context) == 1,
            EVP_PKEY_CTX_set_signature_md(context, hash.algorithm) == 1
        else { return false }
        return EVP_PKEY_verify(context, signature, signature.count, digest, digest.count) == 1
    }
}
