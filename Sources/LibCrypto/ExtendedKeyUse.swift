import CLibCrypto

/// What a certificate's key may be used for, of the uses that matter here.
///
/// RFC 5280, section 4.2.1.12.
package enum ExtendedKeyUse: Hashable, Sendable {
    case codeSigning, timeStamping

    var flag: UInt32 {
        switch self {
        case .codeSigning: UInt32(XKU_CODE_SIGN)
        case .timeStamping: UInt32(XKU_TIMESTAMP)
        }
    }
}

extension ExtendedKeyUse: CustomStringConvertible {
    package var description: String {
        switch self {
        case .codeSigning: "code signing"
        case .timeStamping: "time stamping"
        }
    }
}

/// The extended key uses that a certificate names; none where it does not have the extension.
struct ExtendedKeyUses: Hashable, Sendable {
    let flags: UInt32?

    /// Whether the extension is there and names the use itself; "any use" is not enough for a signer.
    func names(_ use: ExtendedKeyUse) -> Bool {
        flags.map { $0 & use.flag != 0 } ?? false
    }

    /// Whether an authority with these uses may issue certificates for this one.
    func permits(_ use: ExtendedKeyUse) -> Bool {
        flags.map { $0 & (use.flag | UInt32(XKU_ANYEKU)) != 0 } ?? true
    }
}
