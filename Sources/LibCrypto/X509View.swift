import CLibCrypto

/// One parsed certificate for as long as its owner lends it; what is asked of it is copied out.
struct X509View {
    let raw: OpaquePointer

    var extensionFlags: UInt32 { X509_get_extension_flags(raw) }

    /// Unix seconds. OpenSSL does not look at times when it is told not to check them, so a text that is no time is
    /// found here.
    func seconds(_ time: UnsafePointer<ASN1_TIME>?) throws(CertificateError) -> Int64 {
        guard let seconds = UnixTime.seconds(time) else {
            throw .unreadable(found: "a validity that is no time")
        }
        return seconds
    }

    /// The extensions by their identifiers.
    ///
    /// None may stand twice (RFC 5280, section 4.2): two readers could each believe another one.
    func extensions() throws(CertificateError) -> [OID: [UInt8]] {
        var found: [OID: [UInt8]] = [:]
        for place in 0..<max(0, X509_get_ext_count(raw)) {
            let one = X509_get_ext(raw, place)
            guard let oid = OID(X509_EXTENSION_get_object(one)) else {
                throw .unreadable(found: "an extension without a usable identifier")
            }
            let value = [UInt8](string: X509_EXTENSION_get_data(one))
            guard found.updateValue(value, forKey: oid) == nil else {
                throw .unreadable(found: "the extension \(oid.text) twice")
            }
        }
        return found
    }

    func alternativeNames() -> [AlternativeName] {
        guard let names = X509_get_ext_d2i(raw, NID_subject_alt_name, nil, nil) else {
            OpenSSLErrors.clear()
            return []
        }
        let stack = OpaquePointer(names)
        defer { GENERAL_NAMES_free(stack) }
        return (0..<max(0, cgbundle_general_name_count(stack))).compactMap { place in
            cgbundle_general_name(stack, place).map { AlternativeName($0) }
        }
    }

    /// A name in the form of RFC 4514, with what could steer a terminal escaped, cut where it is no name any more.
    func text(_ name: OpaquePointer?) -> String {
        guard let name, let bio = BIO_new(BIO_s_mem()) else { return "" }
        defer {
            BIO_free_all(bio)
            OpenSSLErrors.clear()
        }
        guard X509_NAME_print_ex(bio, name, 0, cgbundle_name_flags()) >= 0 else { return "" }
        var text: UnsafeMutablePointer<CChar>?
        let count = cgbundle_bio_memory(bio, &text)
        guard count > 0, let text else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: text, count: min(count, 256)), as: UTF8.self)
    }
}

enum UnixTime {
    /// Seconds since 1970, without the fraction; `nil` for what is no time.
    static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
        defer { OpenSSLErrors.clear() }
        guard let time, let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        var days: CInt = 0
        var seconds: CInt = 0
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
        return Int64(days) * 86_400 + Int64(seconds)
    }
}
