package import LibCrypto

/// Why bytes are not believed, a policy is none, or a signature could not be made.
package enum TrustError: Error, Hashable, Sendable {
    case noKeys
    case duplicateKey(KeyID)
    case threshold(Int, keys: Int)

    case noSignatures
    case tooManySignatures(found: Int, limit: Int)
    case signatureFile(name: String, SignatureFault)
    /// No signature names or fits an accepted key; `found` is what the signatures say of themselves.
    case noPinnedKey(found: [String], accepted: [KeyID])
    case badSignature(name: String, key: KeyID, BadSignature)
    /// A signature without a word of its key that none of the accepted keys made over the message.
    case bareSignature(name: String, accepted: [KeyID])
    /// A signature by a certificate that does not hold, or is of an identity that is not accepted.
    case identity(EvidenceFault)
    case revoked(signers: [BundleSigner], revoked: [KeyID], threshold: Int)
    case belowThreshold(signers: [BundleSigner], revoked: [KeyID], threshold: Int)

    case signing(KeyError)

    /// In what way a signature that belongs to an accepted key is bad.
    package enum BadSignature: Hashable, Sendable {
        /// It does not verify over these bytes.
        case doesNotVerify
        /// The file's own digest is of other bytes.
        case digestOfOtherBytes
    }

    /// What kind of exit status the error leads to.
    package enum Kind: Sendable {
        case trust, format, usage, internalFault
    }

    package var kind: Kind {
        switch self {
        case .noKeys: .usage
        case .signatureFile: .format
        case .signing(let error):
            switch error.kind {
            case .trust: .trust
            case .usage: .usage
            case .internalFault: .internalFault
            }
        default: .trust
        }
    }

    /// The stable word for programs.
    package var reason: String {
        switch self {
        case .noKeys: "trust.none"
        case .duplicateKey: "policy.duplicatekey"
        case .threshold: "policy.threshold"
        case .noSignatures: "sig.none"
        case .tooManySignatures: "sig.toomany"
        case .signatureFile(_, let fault): fault.reason
        case .noPinnedKey, .bareSignature: "sig.nokey"
        case .badSignature: "sig.bad"
        case .identity(let fault): fault.reason.rawValue
        case .revoked: "sig.revoked"
        case .belowThreshold: "sig.threshold"
        case .signing(let error): error.reason
        }
    }
}

extension TrustError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noKeys:
            "the signers are not known: give at least one public key"
        case .duplicateKey(let id):
            "the key \(id) is listed twice"
        case .threshold(let threshold, let keys):
            "the threshold \(threshold) cannot hold: expected 1 to \(keys), the number of keys"
        case .noSignatures:
            "the signatures are missing: found none"
        case .tooManySignatures(let found, let limit):
            "the signatures are too many: found \(found), at most \(limit)"
        case .signatureFile(let name, let fault):
            fault.described(file: name)
        case .noPinnedKey(let found, let accepted):
            "the signatures are of no accepted key: they name \(Self.list(found)); accepted: \(Self.list(accepted))"
        case .bareSignature(let name, let accepted):
            "\(name): is no Sigstore bundle, and as a bare signature it is of no accepted key over these bytes; "
                + "accepted: \(Self.list(accepted))"
        case .badSignature(let name, let key, .doesNotVerify):
            "\(name): is no signature of \(key) over these bytes, though it names that key"
        case .badSignature(let name, let key, .digestOfOtherBytes):
            "\(name): has a messageDigest of other bytes than those that \(key) is to have signed"
        case .identity(let fault):
            fault.text
        case .revoked(let signers, let revoked, let threshold):
            "the signatures of revoked keys do not count: \(Self.list(revoked)); without them "
                + Self.tally(signers, threshold)
        case .belowThreshold(let signers, let revoked, let threshold):
            "the signatures are too few: \(Self.tally(signers, threshold))"
                + (revoked.isEmpty ? "" : "; revoked: \(Self.list(revoked))")
        case .signing(let error):
            error.description
        }
    }

    private static func list(_ items: [some CustomStringConvertible]) -> String {
        items.isEmpty ? "none" : items.map(\.description).joined(separator: ", ")
    }

    private static func tally(_ signers: [BundleSigner], _ threshold: Int) -> String {
        "\(signers.count) of \(threshold), signed by \(list(signers))"
    }
}
