import CLibCrypto

/// An object identifier in dotted form.
struct OID: Hashable, Sendable {
    let text: String

    static let signedCertificateTimestamps = OID(text: "1.3.6.1.4.1.11129.2.4.2")
    static let fulcioUserName = OID(text: "1.3.6.1.4.1.57264.1.7")

    init(text: String) {
        self.text = text
    }

    /// `nil` where OpenSSL has no text for it, as for one of more bytes than any real identifier has.
    init?(_ object: OpaquePointer?) {
        var buffer = [CChar](repeating: 0, count: 512)
        let count = OBJ_obj2txt(&buffer, CInt(buffer.count), object, 1)
        OpenSSLErrors.clear()
        guard count > 0, count < buffer.count else { return nil }
        text = String(decoding: buffer[..<Int(count)].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
