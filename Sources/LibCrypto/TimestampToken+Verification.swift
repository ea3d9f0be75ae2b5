import CLibCrypto

extension TimestampToken {
    /// Checks that the authority made this token over this signature, with certificates that were valid then.
    ///
    /// The authority is what is trusted: its last certificate is the anchor. Where its first one is no authority
    /// itself, it is the only one that may have signed. Certificates in the token are whoever wrote it's: one of them
    /// may be the signer's, none leads anywhere. The signer's certificate is for time stamping alone, critically
    /// (RFC 3161, section 2.3), and is named by the token (RFC 5816). Both ends of each validity belong to it.
    package func verify(over signature: [UInt8], authority: [Certificate]) throws(TimestampError) {
        guard hash.hash(signature) == imprint else { throw .otherMessage }
        guard (1...CertificateChain.limit).contains(authority.count), let anchor = authority.last,
            let first = authority.first
        else { throw .chain(.count(authority.count)) }
        let signer = try signer(known: authority, anchor: anchor)
        guard first.isAuthority || signer == first else { throw .otherSigner(signer.subjectText) }
        for certificate in try path(from: signer, to: authority) where !certificate.isValid(at: time) {
            throw .outsideValidity(subject: certificate.subjectText, time: time)
        }
    }

    private func path(
        from signer: Certificate, to authority: [Certificate],
    ) throws(TimestampError) -> [Certificate] {
        do throws(CertificateError) {
            return try CertificateChain.path(from: signer, to: authority, for: .timeStamping)
        } catch {
            throw .chain(error)
        }
    }

    /// The certificate under whose key the token's signature holds.
    ///
    /// OpenSSL looks for it among the known ones first, then among those in the token; checks what it is for, that
    /// it leads to the anchor in some way, that the token names it, and the signature over the content.
    private func signer(known: [Certificate], anchor: Certificate) throws(TimestampError) -> Certificate {
        guard let response = Self.parse(der) else { OpenSSLErrors.stopWithoutMemory() }
        defer {
            TS_RESP_free(response)
            OpenSSLErrors.clear()
        }
        let token = TS_RESP_get_token(response)
        guard HashAlgorithm(nid: cgbundle_only_signer_digest(token)) != nil else {
            throw .signature("not exactly one signer with SHA-256, SHA-384 or SHA-512")
        }
        var found: OpaquePointer?
        let (verified, reason) = Self.verify(token, X509Stack(known), TrustStore(anchor: anchor), &found)
        defer { X509_free(found) }
        guard verified, let found else { throw .signature(reason) }
        do throws(CertificateError) {
            return try Certificate(der: [UInt8](encodedWith: { i2d_X509(found, &$0) }) ?? [])
        } catch {
            throw .chain(error)
        }
    }

    // The owners are arguments, so that they outlive the call that reads what they own.
    private static func verify(
        _ token: UnsafeMutablePointer<PKCS7>?, _ known: borrowing X509Stack, _ store: borrowing TrustStore,
        _ signer: inout OpaquePointer?,
    ) -> (Bool, reason: String) {
        let verified = TS_RESP_verify_signature(token, known.raw, store.raw, &signer) == 1
        return (verified, verified ? "" : OpenSSLErrors.take())
    }
}
