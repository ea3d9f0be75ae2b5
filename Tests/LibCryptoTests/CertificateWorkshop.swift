import CommandRunner
import Foundation
import LibCrypto
import Testing

/// Makes keys and certificates with the `openssl` program, in a folder that goes with it.
final class CertificateWorkshop: Sendable {
    private let place: TemporaryFolder
    var folder: URL { URL(filePath: place.path) }

    init() throws {
        place = try TemporaryFolder()
        try write("index.txt", [])
        try write("ca.cnf", [UInt8](Self.configuration.utf8))
    }

    private static let configuration = """
        [ca]
        default_ca = d
        [d]
        database = index.txt
        serial = serial
        new_certs_dir = .
        unique_subject = no
        policy = p
        email_in_dn = no
        [p]
        organizationName = optional
        commonName = optional
        [req]
        distinguished_name = p
        """

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: folder.appending(path: name))
    }

    func run(_ arguments: String...) throws -> [UInt8] {
        try run(arguments)
    }

    func run(_ arguments: [String]) throws -> [UInt8] {
        try #require(
            try OpenSSLTool.run(arguments, in: folder), "openssl \(arguments.joined(separator: " "))")
    }

    /// Makes `NAME.key` where it is not there yet.
    func key(_ name: String, curve: String? = "P-256") throws {
        guard !FileManager.default.fileExists(atPath: folder.path + "/\(name).key") else { return }
        if let curve {
            _ = try run(
                "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:\(curve)", "-out", "\(name).key"
            )
        } else {
            _ = try run("genrsa", "-out", "\(name).key", "1024")
        }
    }

    /// What `signer` says of `name`, whose own word it is where there is no other; `NAME.pem` holds it.
    func certificate(
        _ name: String, by signer: String? = nil, _ extensions: [String], subject: String? = nil,
        from start: String = "20260101000000Z", to end: String = "20260102000000Z", hash: String = "sha256",
        curve: String? = "P-256", adding others: [String] = Extensions.identifiers,
    ) throws -> Certificate {
        try key(name, curve: curve)
        // One number for each name: an issuer and a number are what a certificate is looked for by.
        let serial = name.utf8.map { String($0, radix: 16) }.joined()
        try write("serial", [UInt8]("\(serial)\n".utf8))
        // `openssl ca` refuses a serial number that it knows.
        try write("index.txt", [])
        let authority = signer == nil ? [Extensions.identifiers[0]] : others
        try write("ext", [UInt8]((["[v3]"] + authority + extensions).joined(separator: "\n").utf8))
        _ = try run(
            "req", "-new", "-config", "ca.cnf", "-key", "\(name).key", "-subj",
            subject ?? "/O=Example/CN=\(name)", "-out", "csr")
        let issuing =
            signer.map { ["-cert", "\($0).pem", "-keyfile", "\($0).key"] } ?? [
                "-selfsign", "-keyfile", "\(name).key",
            ]
        let command =
            ["ca", "-config", "ca.cnf", "-batch", "-notext", "-md", hash, "-in", "csr", "-startdate", start]
            + ["-enddate", end, "-extfile", "ext", "-extensions", "v3", "-out", "\(name).pem"] + issuing
        _ = try run(command)
        return try Certificate(pem: [UInt8](try Data(contentsOf: folder.appending(path: "\(name).pem"))))
    }

    /// Extensions in the words of OpenSSL's configuration.
    enum Extensions {
        static let identifiers = ["subjectKeyIdentifier=hash", "authorityKeyIdentifier=keyid:always"]
        static let authority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign"]
        static let signer = [
            "keyUsage=critical,digitalSignature", "extendedKeyUsage=codeSigning",
            "subjectAltName=critical,URI:https://example.org/workflow@refs/tags/v1",
        ]
    }
}
