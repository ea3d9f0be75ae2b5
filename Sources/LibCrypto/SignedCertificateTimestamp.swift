import CLibCrypto

/// A transparency log's word that it saw a certificate before it was issued.
///
/// RFC 6962, section 3.2; version 1.
package struct SignedCertificateTimestamp: Hashable, Sendable {
    /// The SHA-256 of the log's key.
    package let logID: [UInt8]
    /// Milliseconds since 1970.
    package let milliseconds: UInt64
    package let extensions: [UInt8]
    package let signature: [UInt8]
    private let signatureKind: CInt

    init(_ sct: OpaquePointer) {
        logID = [UInt8](pointedAtBy: { SCT_get0_log_id(sct, &$0) })
        milliseconds = SCT_get_timestamp(sct)
        extensions = [UInt8](pointedAtBy: { SCT_get0_extensions(sct, &$0) })
        signature = [UInt8](pointedAtBy: { SCT_get0_signature(sct, &$0) })
        signatureKind = SCT_get_signature_nid(sct)
    }

    /// The time in Unix seconds, without the fraction.
    package var seconds: Int64 {
        Int64(milliseconds / 1000)
    }

    /// Whether the log with this key saw the leaf, as its issuer was about to sign it.
    ///
    /// `issuer` is the certificate right above the leaf on its path to an authority.
    package func isValid(leaf: Certificate, issuer: Certificate, key: VerificationKey) -> Bool {
        guard fits(key.algorithm), let tbs = leaf.precertificateTBS else { return false }
        // Version 1, certificate_timestamp, the time, precert_entry: RFC 6962, section 3.2.
        var signed: [UInt8] = [0, 0]
        signed += Self.number(milliseconds, bytes: 8)
        signed += [0, 1]
        signed += SHA256.hash(issuer.spki)
        signed += Self.number(UInt64(tbs.count), bytes: 3) + tbs
        signed += Self.number(UInt64(extensions.count), bytes: 2) + extensions
        return key.isValid(signature: signature, over: signed, hash: .sha256)
    }

    private func fits(_ algorithm: KeyAlgorithm) -> Bool {
        switch algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: signatureKind == NID_ecdsa_with_SHA256
        case .rsa: signatureKind == NID_sha256WithRSAEncryption
        case .ed25519: false
        }
    }

    private static func number(_ value: UInt64, bytes: Int) -> [UInt8] {
        (0..<bytes).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    }
}

extension [UInt8] {
    /// A copy of what one of OpenSSL's functions points at and counts.
    fileprivate init(pointedAtBy get: (inout UnsafeMutablePointer<UInt8>?) -> Int) {
        var start: UnsafeMutablePointer<UInt8>?
        let count = get(&start)
        self.init(UnsafeBufferPointer(start: start, count: start == nil ? 0 : count))
    }
}
