/// Why a timestamp proves no time.
///
/// It has no word for programs: what a bad timestamp means depends on what else is there, which whoever asked knows.
package enum TimestampError: Error, Hashable, Sendable {
    /// The bytes are not a response that grants a timestamp.
    case unreadable(found: String)
    /// It is made over another signature.
    case otherMessage
    /// Its own signature does not hold; the reason is OpenSSL's.
    case signature(String)
    /// Another key signed it than the authority's.
    case otherSigner(String)
    /// The signer's certificate does not lead to the authority.
    case chain(CertificateError)
    /// A certificate was not valid at the timestamp's own time.
    case outsideValidity(subject: String, time: Int64)
}

extension TimestampError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unreadable(let found):
            "the timestamp is not readable: expected an RFC 3161 response that grants one, found \(found)"
        case .otherMessage: "the timestamp is over another signature"
        case .signature(let reason): "the timestamp's own signature does not hold: \(reason)"
        case .otherSigner(let subject):
            "the timestamp's signer is \(subject), not the one that the authority names"
        case .chain(let error): "the timestamp's signer is not the authority's: \(error)"
        case .outsideValidity(let subject, let time):
            "the timestamp's time, \(time), is outside the validity of the certificate of \(subject)"
        }
    }
}
