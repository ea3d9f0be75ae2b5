/// Tells refusals apart by status, code and, where registries use one status for many things, by their words.
enum Refusals {
    /// - Parameter writesTag: whether a manifest was to be put under a tag.
    static func error(_ exchange: Exchange, writes: Bool, writesTag: Bool = false, isPlain: Bool)
        -> RegistryError
    {
        let told = exchange.error
        let status = exchange.status ?? 0
        if isPlain, status == 400, speaksTLS(told.wording) { return .tlsPort(host: exchange.host) }
        if status == 400, wantsClientCertificate(told.wording) {
            return .clientCertificate(host: exchange.host, wasShown: false, cause: "answered 400")
        }
        if status == 507 || (writes && told.isAboutSpace) { return .refused(.quota, exchange) }
        if writesTag, [400, 403, 405, 409, 412].contains(status), told.isAboutImmutability {
            return .refused(.immutableTag, exchange)
        }
        if status == 401 || status == 403 { return .denied(exchange) }
        guard status < 500 || told.isAboutRequest else { return .unavailable(exchange, attempts: 1) }
        guard writes else { return .refused(.reading, exchange) }
        return .refused(refusal(status, told.code), exchange)
    }

    private static func refusal(_ status: Int, _ code: String?) -> RegistryError.Refusal {
        switch (status, code) {
        case (_, "MANIFEST_BLOB_UNKNOWN"), (_, "BLOB_UNKNOWN"): .unknownBlob
        case (404, "NAME_UNKNOWN"), (404, "NOT_FOUND"), (404, "REPOSITORY_NOT_FOUND"): .noRepository
        case (405, _): .readOnly
        case (413, _): .tooLarge
        default: .rejected
        }
    }

    /// What Go's, nginx' and Apache's TLS servers say to plain http.
    private static func speaksTLS(_ wording: String) -> Bool {
        [
            "http request to an https server", "plain http request was sent to https port",
            "speaking plain http to an ssl-enabled server port",
        ].contains(where: wording.contains)
    }

    /// What nginx says where TLS went well and the certificate is missing.
    private static func wantsClientCertificate(_ wording: String) -> Bool {
        wording.contains("no required ssl certificate was sent")
    }
}
