import OCI

/// To which token services a registry may send its users.
///
/// The registry chooses the realm, so without a rule it could have credentials sent anywhere, and requests made to
/// addresses that only this machine reaches (CVE-2026-48978).
struct RealmPolicy: Sendable {
    let registry: Origin
    let companions: Set<RegistryHost>

    private static let known: [String: Set<String>] = ["registry-1.docker.io": ["auth.docker.io"]]

    /// Https unless the registry itself is plain http; then the registry's own host, a host beside or above it in
    /// one domain, one that is known to belong to it, or one that the user named.
    func allows(_ realm: RequestURL) -> Bool {
        let origin = realm.origin
        guard origin.scheme == .https || registry.scheme == .http else { return false }
        if origin == registry || companions.contains(where: origin.isNamed(by:)) { return true }
        // For an address, another port is another service: nothing says that they belong together.
        guard !Self.isAddress(origin.host), !Self.isAddress(registry.host) else { return false }
        return origin.host == registry.host || Self.known[registry.host]?.contains(origin.host) == true
            || isInOneDomain(origin.host)
    }

    /// `auth.example.com` and `example.com` for `registry.example.com`.
    ///
    /// Which domains are registered is not known here, so `registry.co.uk` has no siblings: a parent of two short
    /// labels may be a public suffix.
    private func isInOneDomain(_ host: String) -> Bool {
        let labels = registry.host.split(separator: ".")
        guard labels.count >= 3 else { return false }
        let parent = labels.dropFirst()
        guard parent.count > 2 || (parent.first?.utf8.count ?? 0) > 3 else { return false }
        let domain = parent.joined(separator: ".")
        return host == domain || host.hasSuffix("." + domain)
    }

    /// The addresses that a realm's name leads to, which are then the only ones to connect to; nothing where it does not
    /// matter.
    ///
    /// A name can be made to lead to this very machine, or to where clouds keep a machine's own credentials, and to
    /// lead there only the second time that it is looked up. Private addresses are usual on isolated networks, and what
    /// the user named is asked wherever it is. Through a proxy the name is the proxy's matter.
    ///
    /// Refuses a name of which one address is of this machine or its link (`auth.realm`).
    func addresses(of realm: RequestURL, _ options: RegistryOptions) async throws(RegistryError)
        -> [NetworkAddress]?
    {
        let origin = realm.origin
        guard origin.host != registry.host, !companions.contains(where: origin.isNamed(by:)),
            options.proxies.proxy(for: origin) == nil
        else { return nil }
        let found = await options.resolve(origin.host)
        if let own = found.first(where: \.isOfThisMachine) {
            throw .realm(host: registry.authority, realm: realm.shown, address: own.description)
        }
        return found
    }

    private static func isAddress(_ host: String) -> Bool {
        host.hasPrefix("[") || NetworkAddress(host) != nil
            || host.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") }
    }
}
