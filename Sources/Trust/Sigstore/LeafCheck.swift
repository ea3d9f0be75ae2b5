import LibCrypto

/// The check that a certificate was made for signing content, and for one named signer.
///
/// RFC 5280, sections 4.2.1.3, 4.2.1.6 and 4.2.1.12; sigstore/fulcio, docs/certificate-specification.md.
enum LeafCheck {
    static func check(_ leaf: Certificate) throws(EvidenceFault) -> (VerificationKey, CertificateIdentity) {
        guard leaf.isVersion3 else { throw fault("expected X.509 version 3, found another") }
        guard !leaf.isAuthority else { throw fault("expected a signer's certificate, found an authority's") }
        guard leaf.allowsDigitalSignature else {
            throw fault("its key usage does not allow digital signatures")
        }
        guard leaf.allowsCodeSigning else {
            throw fault("its extended key usage does not allow code signing")
        }
        let identity = try CertificateIdentity(leaf)
        do throws(KeyError) {
            return (try leaf.key(), identity)
        } catch {
            throw fault("its key cannot be used: \(error)")
        }
    }

    private static func fault(_ text: String) -> EvidenceFault {
        EvidenceFault(.certificate, "the certificate: \(text)")
    }
}
