package import Foundation

/// A private authority made with the `openssl` command, whose certificates tests trust and nobody else does.
package struct CertificateAuthority: Sendable {
    package let certificate: URL
    private let folder: URL

    package init(in folder: URL) throws {
        self.folder = folder
        certificate = folder.appending(path: "authority.pem")
        try run(
            "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes",
            "-days", "2", "-subj", "/CN=test authority", "-keyout",
            folder.appending(path: "authority.key").path,
            "-out", certificate.path)
    }

    /// Writes `NAME.pem` and `NAME.key` for the subject alternative names `names`.
    package func issue(_ name: String, names: String) throws {
        let request = folder.appending(path: name + ".csr").path
        let extensions = folder.appending(path: name + ".ext")
        try Data("subjectAltName=\(names)\n".utf8).write(to: extensions)
        try run(
            "/usr/bin/openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-subj", "/CN=\(name)", "-keyout", folder.appending(path: name + ".key").path, "-out", request)
        try run(
            "/usr/bin/openssl", "x509", "-req", "-in", request, "-CA", certificate.path,
            "-CAkey", folder.appending(path: "authority.key").path, "-CAcreateserial", "-days", "2",
            "-extfile", extensions.path, "-out", folder.appending(path: name + ".pem").path)
    }
}
