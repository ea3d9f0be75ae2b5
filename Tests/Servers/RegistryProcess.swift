import CommandRunner
package import Foundation
package import OCI

/// A real registry, Debian's `docker-registry`, on a free loopback port with a storage of its own.
///
/// It runs until `stop` or until nobody holds it. Its access log tells what really reached it.
package final class RegistryProcess: @unchecked Sendable {
    // Sendable: everything is set before `init` returns, but for the process, which is only ever told to stop.

    package struct Mode: Sendable {
        package var usesTLS = false
        /// The names of the registry's certificate, and when it is good.
        package var certificate = (
            names: "IP:127.0.0.1,DNS:localhost", validity: CertificateAuthority.Validity.now
        )
        /// Whether nobody comes in without a certificate of the authority in `clientFolder`.
        package var wantsClientCertificate = false
        /// `user:password` pairs are fixed: see `RegistryProcess.user` and `password`.
        package var usesBasic = false
        package var tokenRealm: (url: String, rootCertificate: URL)?
        package var isReadOnly = false
        package var usesRelativeURLs = false
        /// The size in MiB of a storage of its own in memory, for which one must be root; nothing uses the folder's disk.
        package var storageSize: Int?

        package init() {}
        package static let anonymous = Mode()
        package static let basic = with { $0.usesBasic = true }
        package static let tls = with { $0.usesTLS = true }

        package static func with(_ change: (inout Mode) -> Void) -> Mode {
            var mode = Mode()
            change(&mode)
            return mode
        }
    }

    package static let user = "mira"
    package static let password = "correct horse"
    /// bcrypt of the password above, made with `crypt(3)`.
    private static let passwordHash = "$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2"

    package let host: RegistryHost
    package let port: Int
    /// PEM of the authority that signed the registry's certificate.
    package let authority: [UInt8]
    /// An authority for clients, of whom `client.pem` with `client.key` are in `clientFolder`.
    package var clientFolder: URL { folder.appending(path: "clients") }
    private let folder: URL
    private let hasOwnStorage: Bool
    private let process: ChildProcess

    package init(_ mode: Mode = .anonymous) throws {
        folder = try TemporaryFolder.make("registry")
        port = try freePort()
        host = try RegistryHost("127.0.0.1:\(port)")
        if mode.usesTLS {
            let authority = try CertificateAuthority(in: folder)
            try authority.issue("server", names: mode.certificate.names, validity: mode.certificate.validity)
            self.authority = Array(try Data(contentsOf: authority.certificate))
        } else {
            authority = []
        }
        if mode.wantsClientCertificate {
            let clients = try CertificateAuthority(in: folder.appending(path: "clients"))
            try clients.issue("client", names: "email:mira@example.com")
        }
        hasOwnStorage = mode.storageSize != nil
        if let size = mode.storageSize {
            let storage = folder.appending(path: "storage")
            try FileManager.default.createDirectory(at: storage, withIntermediateDirectories: false)
            try run("/bin/mount", "-t", "tmpfs", "-o", "size=\(size)m", "tmpfs", storage.path)
        }
        let config = folder.appending(path: "config.yml")
        try Data(Self.configuration(mode, folder: folder, port: port).utf8).write(to: config)
        if mode.usesBasic {
            try Data("\(Self.user):\(Self.passwordHash)\n".utf8).write(to: folder.appending(path: "htpasswd"))
        }
        process = try Self.start(config, in: folder, port: port)
    }

    deinit {
        stop()
        if hasOwnStorage { try? run("/bin/umount", "--lazy", folder.path + "/storage") }
        // The folder lies in the system's temporary place: what cannot be removed now is removed with that.
        try? FileManager.default.removeItem(at: folder)
    }

    /// Ends the registry; its log can still be read.
    package func stop() { process.stop() }

    /// The requests that were answered so far, in the order of their answers.
    ///
    /// A line is written after its answer, so who wants to know that a request was *not* made stops the registry
    /// first.
    package func requests() throws -> [LoggedRequest] {
        let text = String(decoding: try Data(contentsOf: log), as: UTF8.self)
        return text.split(separator: "\n").compactMap(LoggedRequest.init)
    }

    /// Every file that the registry keeps, by its path in the storage.
    package func storedFiles() throws -> [String] {
        let storage = folder.appending(path: "storage").path
        guard let names = FileManager.default.enumerator(atPath: storage) else { return [] }
        return names.compactMap { $0 as? String }.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: storage + "/" + name, isDirectory: &isFolder)
                && !isFolder.boolValue
        }.sorted()
    }

    private var log: URL { folder.appending(path: "access.log") }

    private static func start(_ config: URL, in folder: URL, port: Int) throws -> ChildProcess {
        let errors = folder.appending(path: "error.log").path
        let process = try ChildProcess(
            "/usr/bin/docker-registry", ["serve", config.path],
            output: folder.appending(path: "access.log").path,
            errors: errors)
        guard waitForListener(port: port, while: { process.isRunning }) else {
            process.stop()
            let said = try String(contentsOfFile: errors, encoding: .utf8)
            throw ServerError("docker-registry does not listen on \(port): \(said)")
        }
        return process
    }

    private static func configuration(_ mode: Mode, folder: URL, port: Int) -> String {
        var text = """
            version: 0.1
            log:
              level: warn
              accesslog:
                disabled: false
            storage:
              filesystem:
                rootdirectory: \(folder.path)/storage
              delete:
                enabled: true
              maintenance:
                readonly:
                  enabled: \(mode.isReadOnly)
            http:
              addr: 127.0.0.1:\(port)
              secret: not-a-secret
              relativeurls: \(mode.usesRelativeURLs)

            """
        if mode.usesTLS {
            text += """
                  tls:
                    certificate: \(folder.path)/server.pem
                    key: \(folder.path)/server.key

                """
            if mode.wantsClientCertificate {
                text += """
                        clientcas:
                          - \(folder.path)/clients/authority.pem

                    """
            }
        }
        if mode.usesBasic {
            text += """
                auth:
                  htpasswd:
                    realm: test
                    path: \(folder.path)/htpasswd

                """
        }
        if let (realm, root) = mode.tokenRealm {
            text += """
                auth:
                  token:
                    realm: \(realm)
                    service: test-registry
                    issuer: test-issuer
                    rootcertbundle: \(root.path)

                """
        }
        return text
    }
}
