import OCI

/// Where a registry may have an upload go on.
enum UploadLocation {
    /// Location may be relative (OCI distribution-spec 1.1.1, "POST then PUT"); its query holds the upload's state
    /// and is kept as it is.
    ///
    /// Refuses another origin that the user did not name (`push.origin`) and the way from https to plain http
    /// (`push.downgrade`).
    static func resolve(
        _ location: String?, asked: RequestURL, companions: Set<RegistryHost>, exchange: Exchange
    ) throws(RegistryError) -> RequestURL {
        guard let location, !location.isEmpty else { throw .pushLocation(exchange, found: nil) }
        guard let url = asked.resolving(location) else { throw .pushLocation(exchange, found: location) }
        if url.origin == asked.origin { return url }
        guard asked.origin.scheme == .http || url.origin.scheme == .https else {
            throw .pushDowngrade(host: asked.origin.authority, to: url.origin.description)
        }
        guard companions.contains(where: url.origin.isNamed(by:)) else {
            throw .pushOrigin(host: asked.origin.authority, to: url.origin.description)
        }
        return url
    }
}
