import CLibCrypto

/// An authority's word that bytes were there at a time.
///
/// Reading one proves nothing; ``verify(over:authority:)`` does.
///
/// RFC 3161, section 2.4.2.
package struct TimestampToken: Hashable, Sendable {
    /// A response has some 5 KiB, mostly certificates.
    package static let maximumByteCount = 65_536

    /// The response that holds it, in DER.
    package let der: [UInt8]
    /// When it says it was made: Unix seconds, without the fraction. To be believed once it is verified.
    package let time: Int64
    /// The hash of what it was made over.
    let imprint: [UInt8]
    let hash: HashAlgorithm

    /// Reads a TimeStampResp in DER, all of it, which must grant a token of version 1 over SHA-256, SHA-384 or
    /// SHA-512.
    package init(response der: [UInt8]) throws(TimestampError) {
        guard der.count <= Self.maximumByteCount else { throw .unreadable(found: "\(der.count) bytes") }
        guard let response = Self.parse(der) else { throw .unreadable(found: "other bytes") }
        defer {
            TS_RESP_free(response)
            OpenSSLErrors.clear()
        }
        let status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(TS_RESP_get_status_info(response)))
        guard (0...1).contains(status) else { throw .unreadable(found: "the status \(status)") }
        guard TS_RESP_get_token(response) != nil, let info = TS_RESP_get_tst_info(response) else {
            throw .unreadable(found: "none in it")
        }
        let version = TS_TST_INFO_get_version(info)
        guard version == 1 else { throw .unreadable(found: "version \(version)") }
        let message = TS_TST_INFO_get_msg_imprint(info)
        guard let algorithm = TS_MSG_IMPRINT_get_algo(message),
            let hash = HashAlgorithm(nid: OBJ_obj2nid(algorithm.pointee.algorithm))
        else { throw .unreadable(found: "another hash than SHA-256, SHA-384 and SHA-512") }
        self.hash = hash
        imprint = [UInt8](string: TS_MSG_IMPRINT_get_msg(message))
        guard let time = UnixTime.seconds(TS_TST_INFO_get_time(info)) else {
            throw .unreadable(found: "a time that is none")
        }
        self.time = time
        self.der = der
    }

    static func parse(_ der: [UInt8]) -> OpaquePointer? {
        der.decoded(with: { d2i_TS_RESP(nil, &$0, $1) }, freeing: { TS_RESP_free($0) })
    }
}

extension HashAlgorithm {
    /// The hash with this number of OpenSSL's; `nil` for all that are not taken.
    init?(nid: CInt) {
        switch nid {
        case NID_sha256: self = .sha256
        case NID_sha384: self = .sha384
        case NID_sha512: self = .sha512
        default: return nil
        }
    }
}
