import BundleFormat
import Glibc
import OCI
import Registry

/// A folder of the certs.d layout: `*.crt` are authorities, `NAME.cert` with `NAME.key` is our own certificate.
///
/// containers-certs.d(5); docker, "Verify repository client with certificates".
enum CertificateFolder {
    private static let maximumSize = 1 << 20

    /// The first of the standard folders that is there for a host, its port spelled as in references; no other is
    /// looked into then.
    static func standard(for host: RegistryHost) -> String? {
        let home = Environment["HOME"].map { $0 + "/.config/containers" }
        return [home, "/etc/containers", "/etc/docker"].compactMap(\.self)
            .map { "\($0)/certs.d/\(host)" }
            .first(where: InputFile.exists)
    }

    /// Refuses half a pair, and several pairs: which of them to show would be a guess (`tls.pair`).
    static func certificates(in folder: String) throws -> HostCertificates {
        let names = try names(in: folder)
        var found = HostCertificates()
        for name in names where name.hasSuffix(".crt") {
            let path = folder + "/" + name
            found.authorities.append((path, try InputFile.bytes(of: path, limit: maximumSize)))
        }
        let own = Set(names.filter { $0.hasSuffix(".cert") }.map { String($0.dropLast(5)) })
        let keys = Set(names.filter { $0.hasSuffix(".key") }.map { String($0.dropLast(4)) })
        if let lone = own.symmetricDifference(keys).min() {
            let (here, missing) = own.contains(lone) ? ("cert", "key") : ("key", "cert")
            throw fault("\(folder)/\(lone).\(here)", "has no \(lone).\(missing) beside it")
        }
        guard own.count <= 1 else {
            throw fault(folder, "holds \(own.count) client certificates; leave one")
        }
        if let name = own.first {
            found.client = try client(
                certificate: "\(folder)/\(name).cert", key: "\(folder)/\(name).key")
        }
        return found
    }

    static func client(certificate: String, key: String) throws -> ClientCertificate {
        ClientCertificate(
            name: "\(certificate) with \(key)",
            chain: try InputFile.bytes(of: certificate, limit: maximumSize),
            key: try InputFile.bytes(of: key, limit: maximumSize))
    }

    private static func names(in folder: String) throws(Finding) -> [String] {
        guard let stream = opendir(folder) else {
            throw Finding(.local, "file.open", at: .file, "\(folder): cannot be read: error \(errno)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            names.append(
                withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
                })
        }
        guard errno == 0 else {
            throw Finding(.local, "file.open", at: .file, "\(folder): cannot be read: error \(errno)")
        }
        return names.sorted()
    }

    private static func fault(_ path: String, _ text: String) -> Finding {
        Finding(.registry, "tls.pair", at: .target, "\(path): \(text)")
    }
}
