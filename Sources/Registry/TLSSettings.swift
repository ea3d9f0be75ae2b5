import Glibc
import NIOSSL
import OCI

/// With which authorities each host's certificate is checked, and which hosts are shown one of ours.
///
/// Certificate and name are always checked; there is no setting that skips it. TLS 1.2 is the least.
struct TLSSettings: Sendable {
    private let common: [NIOSSLCertificate]
    private let hosts: [RegistryHost: Host]
    private let origins: [Origin: Host]
    /// For hosts that nothing special is known of.
    let general: TLSConfiguration

    private struct Host {
        let authorities: [NIOSSLCertificate]
        let client: Client?
    }

    private struct Client {
        let chain: [NIOSSLCertificateSource]
        let key: NIOSSLPrivateKey
    }

    /// Refuses authorities that are not PEM (`tls.ca`), and a client certificate that cannot be used (`tls.pair`).
    init(_ options: RegistryOptions) throws(RegistryError) {
        common =
            try options.caCertificates.map { pem throws(RegistryError) in
                try Self.certificates(pem, of: "the file of --ca-file")
            } ?? []
        var hosts: [RegistryHost: Host] = [:]
        var origins: [Origin: Host] = [:]
        for (name, given) in options.certificates {
            var authorities: [NIOSSLCertificate] = []
            for (file, pem) in given.authorities { authorities += try Self.certificates(pem, of: file) }
            let host = Host(authorities: authorities, client: try given.client.map(Self.client))
            hosts[name] = host
            origins[Origin(of: name)] = host
        }
        (self.hosts, self.origins) = (hosts, origins)
        general = Self.configuration(common, nil)
    }

    /// The settings for a request to `origin` that is made on behalf of `registry`, or nothing for the general ones.
    ///
    /// A registry's authorities count for its token service and its storage too, as with other clients; its client
    /// certificate is for the registry alone.
    func special(for origin: Origin, of registry: RegistryHost?) -> TLSConfiguration? {
        guard origin.scheme == .https else { return nil }
        let (asked, own) = (registry.flatMap { hosts[$0] }, origins[origin])
        guard asked != nil || own != nil else { return nil }
        return Self.configuration(
            common + (asked?.authorities ?? []) + (own?.authorities ?? []), own?.client)
    }

    /// Whether a client certificate is shown to `origin`.
    func isKnown(to origin: Origin) -> Bool { origins[origin]?.client != nil }

    /// Whether a certificate can be checked by anything.
    func canTrust(_ configuration: TLSConfiguration) -> Bool {
        if case .certificates = configuration.trustRoots { return true }
        return Self.systemHasAuthorities
    }

    private static func configuration(_ authorities: [NIOSSLCertificate], _ client: Client?)
        -> TLSConfiguration
    {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if !authorities.isEmpty {
            // NIOSSL fails where it is to use the system's authorities and there are none, as in a bare container.
            if systemHasAuthorities {
                configuration.additionalTrustRoots = [.certificates(authorities)]
            } else {
                configuration.trustRoots = .certificates(authorities)
            }
        }
        if let client {
            configuration.certificateChain = client.chain
            configuration.privateKey = .privateKey(client.key)
        }
        return configuration
    }

    private static func certificates(_ pem: [UInt8], of name: String) throws(RegistryError)
        -> [NIOSSLCertificate]
    {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMBytes(pem)
        } catch {
            throw .certificates("\(name): \(fault(of: pem))")
        }
        guard !certificates.isEmpty else { throw .certificates("\(name): \(fault(of: pem))") }
        return certificates
    }

    /// What is given in place of certificates, by its first bytes.
    private static func fault(of bytes: [UInt8]) -> String {
        // A DER certificate begins with the tag of a sequence (X.690, "Encoding of a sequence value").
        if bytes.first == 0x30 {
            return "is DER; make PEM of it: openssl x509 -inform der -in FILE -out FILE.pem"
        }
        let words = String(decoding: bytes.prefix(4096), as: UTF8.self)
        return words.contains("PRIVATE KEY-----")
            ? "holds a private key, where certificates belong" : "holds no certificate in PEM"
    }

    private static func client(_ given: ClientCertificate) throws(RegistryError) -> Client {
        let chain = try certificates(given.chain, of: given.name)
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(bytes: given.key, format: .pem)
        } catch {
            let words = String(decoding: given.key.prefix(256), as: UTF8.self)
            let isEncrypted = words.contains("ENCRYPTED")
            throw .clientPair(
                given.name,
                fault: isEncrypted ? "the key is encrypted; decrypt it" : "the key is not a PEM key")
        }
        let client = Client(chain: chain.map { .certificate($0) }, key: key)
        do {
            // Tried now: at the first connection it would look like a fault of the registry. Without the system's
            // authorities, which there may be none of.
            var trial = configuration([], client)
            trial.trustRoots = .certificates([])
            _ = try NIOSSLContext(configuration: trial)
        } catch {
            throw .clientPair(given.name, fault: "the key is not that of the certificate")
        }
        return client
    }

    /// Whether anything is where NIOSSL looks for the system's authorities.
    private static var systemHasAuthorities: Bool {
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs"]
            .contains { (path: String) in access(path, R_OK) == 0 }
    }
}
