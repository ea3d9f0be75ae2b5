package import ArgumentParser
import BundleFormat
package import OCI
package import Registry

/// Whose certificates are believed, and with which of our own we come.
package struct CertificateOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Certificates (PEM) to trust beside the system's.", valueName: "file"))
    package var caFile: String?

    @Option(
        help: ArgumentHelp(
            "Our certificate (PEM, with its chain) for a registry that asks who is connecting.",
            valueName: "file"))
    package var clientCert: String?

    @Option(help: ArgumentHelp("The private key (PEM) of --client-cert.", valueName: "file"))
    package var clientKey: String?

    @Option(
        help: ArgumentHelp(
            "A folder with the registry's *.crt (to trust), and *.cert with *.key (ours). Default: certs.d/HOST of "
                + "~/.config/containers, /etc/containers, /etc/docker.", valueName: "dir"))
    package var certDir: String?

    package init() {}

    package func validate() throws {
        guard (clientCert == nil) == (clientKey == nil) else {
            throw ValidationError("--client-cert FILE and --client-key FILE go together")
        }
        guard certDir == nil || clientCert == nil else {
            throw ValidationError("--cert-dir holds the client certificate itself; leave out --client-cert")
        }
    }

    package var isUsed: Bool { caFile != nil || clientCert != nil || certDir != nil }

    /// The options as the record keeps them.
    package var used: [String] {
        let options = [("ca-file", caFile), ("client-cert", clientCert), ("cert-dir", certDir)]
        return options.compactMap { name, value in value.map { "--\(name) \($0)" } }
    }

    /// The authorities for every host.
    package func authorities() throws -> [UInt8]? {
        try caFile.map { (name) throws(Finding) in try InputFile.bytes(of: name, limit: 16 << 20) }
    }

    /// What is known about single hosts. A certificate named on the command line is for one registry: with several,
    /// the others would learn who is connecting.
    package func known(for registries: Set<RegistryHost>, beside companions: Set<RegistryHost>) throws
        -> [RegistryHost: HostCertificates]
    {
        let named = clientCert.map { _ in "--client-cert" } ?? certDir.map { _ in "--cert-dir" }
        if let named, registries.count > 1 {
            let names = registries.map(\.description).sorted().joined(separator: ", ")
            throw Finding(
                .usage, "auth.ambiguous", at: .target,
                "\(named): is for one registry, and there are \(registries.count): \(names); use certs.d")
        }
        var known: [RegistryHost: HostCertificates] = [:]
        for host in registries.union(companions) {
            let isNamed = registries.contains(host)
            let folder = isNamed && certDir != nil ? certDir : CertificateFolder.standard(for: host)
            guard let folder else { continue }
            known[host] = try CertificateFolder.certificates(in: folder)
        }
        if let clientCert, let clientKey, let registry = registries.first {
            known[registry, default: HostCertificates()].client =
                try CertificateFolder.client(certificate: clientCert, key: clientKey)
        }
        return known
    }
}
