import CLibCrypto

extension UnsafeBufferPointer<UInt8> {
    /// Decodes the bytes with one of OpenSSL's `d2i` functions, which must use every one of them.
    func decoded<Object>(
        with d2i: (inout UnsafePointer<UInt8>?, Int) -> Object?, freeing free: (Object?) -> Void,
    ) -> Object? {
        guard let start = baseAddress else { return nil }
        var cursor: UnsafePointer<UInt8>? = start
        guard let object = d2i(&cursor, count) else { return nil }
        guard cursor == start + count else {
            free(object)
            return nil
        }
        return object
    }
}

extension [UInt8] {
    /// Decodes the bytes with one of OpenSSL's `d2i` functions, which must use every one of them.
    func decoded<Object>(
        with d2i: (inout UnsafePointer<UInt8>?, Int) -> Object?, freeing free: (Object?) -> Void,
    ) -> Object? {
        defer { OpenSSLErrors.clear() }
        return withUnsafeBufferPointer { $0.decoded(with: d2i, freeing: free) }
    }

    /// What one of OpenSSL's `i2d` functions writes; `nil` when it has nothing to write.
    init?(encodedWith i2d: (inout UnsafeMutablePointer<UInt8>?) -> CInt) {
        var encoded: UnsafeMutablePointer<UInt8>?
        let count = i2d(&encoded)
        defer { OpenSSLErrors.clear() }
        guard count > 0, let encoded else { return nil }
        defer { cgbundle_free(encoded) }
        self.init(UnsafeBufferPointer(start: encoded, count: Int(count)))
    }
}

extension [UInt8] {
    /// A copy of the content of one of OpenSSL's strings; empty for none.
    init(string: UnsafePointer<ASN1_STRING>?) {
        guard let string, let start = ASN1_STRING_get0_data(string) else {
            self = []
            return
        }
        self.init(UnsafeBufferPointer(start: start, count: Int(ASN1_STRING_length(string))))
    }
}

/// The text of a UTF8String that is all of these bytes; `nil` for another type, another encoding than DER, bytes
/// behind it, or bytes in it that are not UTF-8.
package func decodeUTF8String(_ der: [UInt8]) -> String? {
    guard
        let string = der.decoded(
            with: { d2i_ASN1_UTF8STRING(nil, &$0, $1) }, freeing: { ASN1_UTF8STRING_free($0) })
    else { return nil }
    defer { ASN1_UTF8STRING_free(string) }
    // What is not written the same again was BER: a text in pieces, or a length in more bytes than it needs.
    guard [UInt8](encodedWith: { i2d_ASN1_UTF8STRING(string, &$0) }) == der else { return nil }
    return String(validating: [UInt8](string: string), as: UTF8.self)
}
