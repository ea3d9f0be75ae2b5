import OCI

/// One request and what came of it, as far as a message may show it: no query, no header, no secret.
package struct Exchange: Hashable, Sendable {
    /// `host` or `host:port`.
    package let host: String
    package let method: String
    package let path: String
    package let status: Int?
    package let error: ErrorDocument
    let sender: Sender

    /// In whose name something was asked.
    package enum Sender: Hashable, Sendable {
        /// In nobody's, because no credential is known.
        case nobody
        /// In nobody's, where no credential is ever sent.
        case anybody
        /// In that of a credential, which this describes together with where it is from.
        case holder(String)
    }

    init(
        host: String, method: String, path: String, status: Int? = nil,
        error: ErrorDocument = ErrorDocument(),
        sender: Sender = .nobody,
    ) {
        self.host = host
        self.method = method
        self.path = path
        self.status = status
        self.error = error
        self.sender = sender
    }
}

extension Exchange: CustomStringConvertible {
    package var description: String {
        var text = "\(host): \(method) \(escaped(path))"
        if let status { text += " answered \(status)" }
        if let code = error.code { text += " \(escaped(code, limit: 64))" }
        if let message = error.message { text += " \"\(escaped(message))\"" }
        return text
    }
}
