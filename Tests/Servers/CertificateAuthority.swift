package import Foundation

/// A private authority made with the `openssl` command, whose certificates tests trust and nobody else does.
package struct CertificateAuthority: Sendable {
    package let certificate: URL
    private let folder: URL

    /// When a certificate is good.
    package enum Validity: Sendable {
        case now
        /// Over since a day in 2020.
        case over
        /// From a day in 2040 on.
        case later
    }

    package init(in folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appending(path: "authority.pem")
        try run(
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-days", "2", "-subj", "/CN=test authority", "-keyout", path("authority.key"),
            "-out", certificate.path)
        try Data().write(to: folder.appending(path: "issued"))
        let configuration = """
            [ca]
            default_ca = test
            [test]
            database = \(path("issued"))
            new_certs_dir = \(folder.path)
            certificate = \(certificate.path)
            private_key = \(path("authority.key"))
            rand_serial = yes
            unique_subject = no
            default_md = sha256
            policy = any
            [any]
            commonName = supplied
            """
        try Data(configuration.utf8).write(to: folder.appending(path: "authority.cnf"))
    }

    /// Writes `NAME.pem` and `NAME.key` for the subject alternative names `names`.
    package func issue(_ name: String, names: String, validity: Validity = .now) throws {
        try Data("subjectAltName=\(names)\n".utf8).write(to: folder.appending(path: name + ".ext"))
        try run(
            "/usr/bin/openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=\(name)", "-keyout", path(name + ".key"), "-out", path(name + ".csr"))
        let (start, end) =
            switch validity {
            case .now: ("20200101000000Z", "20490101000000Z")
            case .over: ("20200101000000Z", "20200201000000Z")
            case .later: ("20400101000000Z", "20490101000000Z")
            }
        try run(
            "/usr/bin/openssl", "ca", "-batch", "-notext", "-config", path("authority.cnf"),
            "-startdate", start, "-enddate", end, "-extfile", path(name + ".ext"),
            "-in", path(name + ".csr"), "-out", path(name + ".pem"))
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }
}
