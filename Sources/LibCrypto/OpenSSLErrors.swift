import CLibCrypto

/// OpenSSL's list of errors, one per thread.
enum OpenSSLErrors {
    /// Empties the list, so that a later call does not find the reason of this one.
    static func clear() {
        ERR_clear_error()
    }

    /// The newest reason in OpenSSL's own words, with what it adds to them; the list is empty afterwards.
    static func take() -> String {
        var detail: UnsafePointer<CChar>?
        var flags: CInt = 0
        let code = ERR_peek_last_error_all(nil, nil, nil, &detail, &flags)
        let added = detail.map { String(cString: $0) } ?? ""
        ERR_clear_error()
        guard let reason = ERR_reason_error_string(code) else { return "no reason given" }
        let text = String(cString: reason)
        return flags & ERR_TXT_STRING == 0 || added.isEmpty ? text : "\(text): \(added)"
    }

    /// Ends the program: OpenSSL could not have the little memory that a certificate takes, and whoever goes on after
    /// that would have to tell a check that failed from one that did not happen.
    static func stopWithoutMemory() -> Never {
        preconditionFailure("OpenSSL has no memory")
    }
}
