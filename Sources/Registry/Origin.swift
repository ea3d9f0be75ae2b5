package import OCI

/// Where requests go: a scheme, a host and a port, the scheme's default port filled in.
///
/// Credentials are attached by comparing origins, so `reg`, `reg:443` and `REG` over https are one origin, and the
/// same host under another port or scheme is another (RFC 6454, "Comparing Origins").
package struct Origin: Hashable, Sendable, CustomStringConvertible {
    package enum Scheme: String, Hashable, Sendable {
        case http, https

        var defaultPort: Int { self == .http ? 80 : 443 }
    }

    package let scheme: Scheme
    /// Lowercase; an IPv6 address keeps its brackets.
    package let host: String
    package let port: Int

    package init(scheme: Scheme, host: String, port: Int? = nil) {
        self.scheme = scheme
        self.host = host.lowercased()
        self.port = port ?? scheme.defaultPort
    }

    /// The origin at which `host` answers: https unless the user named the host for plain http.
    ///
    /// Docker Hub is named `docker.io` in references and answers elsewhere.
    package init(of host: RegistryHost, plainHTTP: Set<RegistryHost> = []) {
        let name = host.name == "docker.io" && host.port == nil ? "registry-1.docker.io" : host.name
        self.init(scheme: plainHTTP.contains(host) ? .http : .https, host: name, port: host.port)
    }

    /// `host` or, where the port is not the scheme's own, `host:port`.
    var authority: String { port == scheme.defaultPort ? host : "\(host):\(port)" }

    package var description: String { "\(scheme.rawValue)://\(authority)" }

    /// Whether `host`, as the user wrote it, names this origin.
    func isNamed(by host: RegistryHost) -> Bool {
        self.host == host.name && port == (host.port ?? scheme.defaultPort)
    }
}
