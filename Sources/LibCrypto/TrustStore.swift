import CLibCrypto

/// Sole owner of one trust anchor and of the rules under which paths lead to it.
struct TrustStore: ~Copyable {
    let raw: OpaquePointer

    init(anchor: Certificate) {
        guard let raw = X509_STORE_new() else { OpenSSLErrors.stopWithoutMemory() }
        self.raw = raw
        let x509 = anchor.parsed()
        defer { X509_free(x509) }
        let flags = X509_V_FLAG_X509_STRICT | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME
        let rules = X509_STORE_get0_param(raw)
        // Level 2 is 112 bits: no SHA-1, no RSA below 2048 (SSL_CTX_set_security_level(3)). By default OpenSSL takes
        // any.
        X509_VERIFY_PARAM_set_auth_level(rules, 2)
        guard X509_VERIFY_PARAM_set_flags(rules, UInt(flags)) == 1, X509_STORE_add_cert(raw, x509) == 1 else {
            OpenSSLErrors.stopWithoutMemory()
        }
    }

    deinit {
        X509_STORE_free(raw)
    }

    /// The path that OpenSSL finds, the leaf first.
    borrowing func path(
        from leaf: Certificate, helpers: borrowing X509Stack,
    ) throws(CertificateError) -> [Certificate] {
        guard let context = X509_STORE_CTX_new() else { OpenSSLErrors.stopWithoutMemory() }
        let x509 = leaf.parsed()
        defer {
            X509_STORE_CTX_free(context)
            X509_free(x509)
            OpenSSLErrors.clear()
        }
        guard X509_STORE_CTX_init(context, raw, x509, helpers.raw) == 1 else {
            OpenSSLErrors.stopWithoutMemory()
        }
        guard X509_verify_cert(context) == 1 else {
            let code = X509_STORE_CTX_get_error(context)
            let reason = X509_verify_cert_error_string(Int(code)).map { String(cString: $0) }
            throw .noPath(subject: leaf.subjectText, reason: reason ?? "OpenSSL gives no reason")
        }
        let chain = X509_STORE_CTX_get0_chain(context)
        var path: [Certificate] = []
        for place in 0..<max(0, cgbundle_x509_count(chain)) {
            let der = [UInt8](encodedWith: { i2d_X509(cgbundle_x509(chain, place), &$0) })
            path.append(try Certificate(der: der ?? []))
        }
        return path
    }
}
