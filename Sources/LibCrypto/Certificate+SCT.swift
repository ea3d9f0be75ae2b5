import CLibCrypto

extension Certificate {
    /// A certificate has one or two; what is more is there to make work.
    package static let maximumTimestampCount = 32

    private static let name = "of certificate timestamps"

    /// What transparency logs said of this certificate; none where it does not have the extension. Versions other
    /// than 1 are left out.
    ///
    /// RFC 6962, section 3.3.
    package func signedCertificateTimestamps() throws(CertificateError) -> [SignedCertificateTimestamp] {
        guard let value = extensionValue(oid: OID.signedCertificateTimestamps.text) else { return [] }
        guard
            let list = Self.octets(in: value)?.decoded(
                with: { o2i_SCT_LIST(nil, &$0, $1) }, freeing: { SCT_LIST_free($0) })
        else { throw .badExtension(Self.name, found: "other bytes") }
        defer { SCT_LIST_free(list) }
        let count = cgbundle_sct_count(list)
        guard count <= Self.maximumTimestampCount else {
            throw .badExtension(Self.name, found: "\(count) of them")
        }
        return (0..<max(0, count)).compactMap { place in
            guard let sct = cgbundle_sct(list, place), SCT_get_version(sct) == SCT_VERSION_V1 else {
                return nil
            }
            return SignedCertificateTimestamp(sct)
        }
    }

    /// The part that the issuer signs, made again without the timestamps: what the logs saw.
    ///
    /// RFC 6962, section 3.2.
    var precertificateTBS: [UInt8]? {
        let copy = parsed()
        defer { X509_free(copy) }
        let place = X509_get_ext_by_NID(copy, NID_ct_precert_scts, -1)
        guard place >= 0 else { return nil }
        X509_EXTENSION_free(X509_delete_ext(copy, place))
        return [UInt8](encodedWith: { i2d_re_X509_tbs(copy, &$0) })
    }

    /// The content of an OCTET STRING in DER that is all of these bytes.
    private static func octets(in der: [UInt8]) -> [UInt8]? {
        guard
            let string = der.decoded(
                with: { d2i_ASN1_OCTET_STRING(nil, &$0, $1) }, freeing: { ASN1_OCTET_STRING_free($0) })
        else { return nil }
        defer { ASN1_OCTET_STRING_free(string) }
        guard [UInt8](encodedWith: { i2d_ASN1_OCTET_STRING(string, &$0) }) == der else { return nil }
        return [UInt8](string: string)
    }
}
