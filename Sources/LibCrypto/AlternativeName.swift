import CLibCrypto

/// One of the names that a certificate gives its subject.
///
/// RFC 5280, section 4.2.1.6.
package enum AlternativeName: Hashable, Sendable {
    case uri(String)
    case email(String)
    /// A user name as Fulcio writes it: an OtherName of the type 1.3.6.1.4.1.57264.1.7 with a UTF8String.
    case fulcioOtherName(String)
    /// Any other name, and one of the above that holds bytes which such a name cannot have; the text says which.
    case other(String)
}

extension AlternativeName {
    init(_ name: UnsafePointer<GENERAL_NAME>) {
        var kind: CInt = 0
        let value = GENERAL_NAME_get0_value(name, &kind)
        switch kind {
        case GEN_URI: self = Self.ascii(value).map { .uri($0) } ?? .other("a URI that is not plain ASCII")
        case GEN_EMAIL:
            self = Self.ascii(value).map { .email($0) } ?? .other("an e-mail address that is not plain ASCII")
        case GEN_OTHERNAME: self = Self.otherName(name)
        case GEN_DNS: self = .other("a DNS name")
        case GEN_DIRNAME: self = .other("a directory name")
        case GEN_IPADD: self = .other("an IP address")
        default: self = .other("a name of another kind")
        }
    }

    /// A URI or an address has no room for a NUL or a space, behind which a second name could hide.
    private static func ascii(_ value: UnsafeMutableRawPointer?) -> String? {
        let bytes = [UInt8](string: value?.assumingMemoryBound(to: ASN1_STRING.self))
        guard !bytes.isEmpty, bytes.allSatisfy({ (0x21...0x7e).contains($0) }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func otherName(_ name: UnsafePointer<GENERAL_NAME>) -> AlternativeName {
        var type: OpaquePointer?
        var value: UnsafeMutablePointer<ASN1_TYPE>?
        guard GENERAL_NAME_get0_otherName(name, &type, &value) == 1,
            OID(type) == .fulcioUserName, let value, ASN1_TYPE_get(value) == V_ASN1_UTF8STRING,
            let text = String(validating: [UInt8](string: value.pointee.value.utf8string), as: UTF8.self),
            !text.isEmpty, text.utf8.allSatisfy({ $0 > 0x1f && $0 != 0x7f })
        else { return .other("a name of another kind") }
        return .fulcioOtherName(text)
    }
}
