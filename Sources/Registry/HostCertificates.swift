/// What one host's connections are given beside the system's authorities: further authorities, and the certificate
/// that says who we are there.
package struct HostCertificates: Sendable {
    /// PEM, each with the name that messages give it.
    package var authorities: [(name: String, pem: [UInt8])]
    /// Shown to this host alone, wherever else its answers lead.
    package var client: ClientCertificate?

    package init(authorities: [(name: String, pem: [UInt8])] = [], client: ClientCertificate? = nil) {
        self.authorities = authorities
        self.client = client
    }
}

/// A certificate with its chain, and its private key. Neither printing nor reflecting it shows the key.
package struct ClientCertificate: Sendable {
    /// What messages call the two, usually their paths.
    let name: String
    let chain: [UInt8]
    let key: [UInt8]

    /// - Parameters:
    ///   - chain: PEM, the client's own certificate first.
    ///   - key: PEM, not encrypted.
    package init(name: String, chain: [UInt8], key: [UInt8]) {
        self.name = name
        self.chain = chain
        self.key = key
    }
}

extension ClientCertificate: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { name }
    package var debugDescription: String { name }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
