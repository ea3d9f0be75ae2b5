/// Why a certificate, or a chain of them, cannot be used.
///
/// It has no word for programs: what a bad certificate means depends on where it stood, which whoever read it knows.
package enum CertificateError: Error, Hashable, Sendable {
    /// The bytes are not the one DER form of a certificate.
    case unreadable(found: String)
    /// An extension that is needed cannot be read.
    case badExtension(String, found: String)
    /// The certificates of an authority are too few or too many.
    case count(Int)
    /// No path leads from the certificate to the authority; the reason is OpenSSL's.
    case noPath(subject: String, reason: String)
    /// A certificate of the path is not for this use.
    case wrongUse(subject: String, use: ExtendedKeyUse)
}

extension CertificateError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let found):
            "the certificate is not readable: expected an X.509 certificate in DER, found \(found)"
        case .badExtension(let name, let found):
            "the certificate's extension \(name) is not readable: found \(found)"
        case .count(let count):
            "the authority has \(count) certificates, expected 1 to \(CertificateChain.limit)"
        case .noPath(let subject, let reason):
            "the certificate of \(subject) does not lead to the authority: \(reason)"
        case .wrongUse(let subject, let use):
            "the certificate of \(subject) is not for \(use)"
        }
    }
}
