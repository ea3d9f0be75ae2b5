import CLibCrypto

/// OpenSSL's list of errors, one per thread.
enum OpenSSLErrors {
    /// Empties the list, so that a later call does not find the reason of this one.
    static func clear() {
        ERR_clear_error()
    }

    /// The newest reason in OpenSSL's own words; the list is empty afterwards.
    static func take() -> String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        return ERR_reason_error_string(code).map { String(cString: $0) } ?? "no reason given"
    }

    /// Ends the program: OpenSSL could not have the little memory that a certificate takes, and whoever goes on after
    /// that would have to tell a check that failed from one that did not happen.
    static func stopWithoutMemory() -> Never {
        preconditionFailure("OpenSSL has no memory")
    }
}
