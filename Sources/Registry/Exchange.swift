import OCI

/// One request and what came of it, as far as a message may show it: no query, no header, no secret.
package struct Exchange: Hashable, Sendable {
    /// `host` or `host:port`.
    package let host: String
    package let method: String
    package let path: String
    package let status: Int?
    package let error: ErrorDocument

    init(
        host: String, method: String, path: String, status: Int? = nil, error: ErrorDocument = ErrorDocument()
    ) {
        self.host = host
        self.method = method
        self.path = path
        self.status = status
        self.error = error
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
