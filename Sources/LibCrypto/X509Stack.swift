import CLibCrypto

/// Sole owner of certificates in OpenSSL's form.
struct X509Stack: ~Copyable {
    let raw: OpaquePointer

    init(_ certificates: some Sequence<Certificate>) {
        guard let raw = cgbundle_x509_stack() else { OpenSSLErrors.stopWithoutMemory() }
        self.raw = raw
        for certificate in certificates {
            guard cgbundle_x509_push(raw, certificate.parsed()) > 0 else { OpenSSLErrors.stopWithoutMemory() }
        }
    }

    deinit {
        cgbundle_x509_stack_free(raw)
    }
}
