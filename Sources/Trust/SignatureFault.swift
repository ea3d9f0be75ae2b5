package import StrictJSON

/// Why a signature file cannot be used, whatever its signature is worth.
package enum SignatureFault: Error, Hashable, Sendable {
    case size(found: Int, limit: Int)
    case duplicate(JSONError)
    case json(JSONError)
    /// A form of signature that no bundle has, or a certificate where only keys are pinned; names the member.
    case unsupported(member: String)
    case base64(member: String, Base64Error)

    /// The stable word for programs.
    package var reason: String {
        switch self {
        case .size: "signature.size"
        case .duplicate: "signature.duplicate"
        case .json: "signature.shape"
        case .unsupported: "signature.unsupported"
        case .base64: "signature.base64"
        }
    }

    init(_ error: JSONError) {
        switch error {
        case .duplicate: self = .duplicate(error)
        case .size(_, let limit, let found): self = .size(found: found, limit: limit)
        default: self = .json(error)
        }
    }

    func described(file: String) -> String {
        switch self {
        case .size(let found, let limit):
            "\(file): is longer than a signature file can be: \(found) bytes, at most \(limit)"
        case .duplicate(let error), .json(let error):
            // It names the document itself.
            error.description
        case .unsupported(let member):
            "\(file): has \(member), which does not count: expected a Sigstore bundle v0.3 with messageSignature, by a "
                + "key or an identity that is pinned"
        case .base64(let member, let error):
            "\(file): \(member) is not base64: \(error)"
        }
    }
}
