import OCI

/// Where a registry may have an upload go on.
enum UploadLocation {
    /// Location may be relative to what was asked (OCI distribution-spec 1.1.1, "POST then PUT"; RFC 9110,
    /// "Location"); its query holds the upload's state and is kept as it is.
    ///
    /// Refuses an origin that is neither the registry's nor one that the user named (`push.origin`), and the way from https
    /// to plain http (`push.downgrade`).
    ///
    /// - Parameter asked: the address of the request that was answered, on the registry or on a companion.
    static func resolve(
        _ location: String?, asked: RequestURL, registry: Origin, companions: Set<RegistryHost>,
        exchange: Exchange
    ) throws(RegistryError) -> RequestURL {
        guard let location, !location.isEmpty else { throw .pushLocation(exchange, found: nil) }
        guard let url = asked.resolving(location) else { throw .pushLocation(exchange, found: location) }
        if url.origin == registry { return url }
        guard registry.scheme == .http || url.origin.scheme == .https else {
            throw .pushDowngrade(host: registry.authority, to: url.origin.description)
        }
        guard companions.contains(where: url.origin.isNamed(by:)) else {
            throw .pushOrigin(host: registry.authority, to: url.origin.description)
        }
        return url
    }
}
