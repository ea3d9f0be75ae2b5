/// Why a key could not be read, used or written.
///
/// No case carries a byte of a private key or of a pass phrase.
package enum KeyError: Error, Hashable, Sendable {
    /// The bytes are not the kind of key that was asked for.
    case malformed(expected: String, found: String)
    /// The key, or the way it is protected, is outside the few algorithms that its use allows.
    case weak(found: String, _ use: KeyUse = .bundles)
    /// A private key stands where its public half belongs.
    case isPrivate
    /// The pass phrase does not open the key.
    case passphrase
    /// The key is encrypted, or is to be, and there is no pass phrase; the text says why not.
    case noPassphrase(String)
    /// OpenSSL refused work that a sound key allows.
    case openSSL(doing: String, reason: String)

    /// What kind of exit status the error leads to.
    package enum Kind: Sendable {
        case trust, usage, internalFault
    }

    package var kind: Kind {
        switch self {
        case .weak: .trust
        case .malformed, .isPrivate, .passphrase, .noPassphrase: .usage
        case .openSSL: .internalFault
        }
    }

    /// The stable word for programs.
    package var reason: String {
        switch self {
        case .malformed: "key.syntax"
        case .weak: "key.weak"
        case .isPrivate: "key.isprivate"
        case .passphrase, .noPassphrase: "key.passphrase"
        case .openSSL: "key.openssl"
        }
    }
}

extension KeyError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformed(let expected, let found):
            "the key is not readable: expected \(expected), found \(found)"
        case .weak(let found, let use):
            "the key is refused: it has \(found); allowed are \(use.allowed)"
        case .isPrivate:
            "the key is a private key; give its public half, and keep the private one where it signs"
        case .passphrase:
            "the private key does not open with this pass phrase"
        case .noPassphrase(let why):
            "the private key has no pass phrase to use: \(why)"
        case .openSSL(let action, let reason):
            "the key could not be used for \(action): OpenSSL says \(reason)"
        }
    }
}
