import CommandRunner
package import Foundation
package import OCI

/// A real nginx that speaks TLS before a server in plain http.
package final class NginxProcess: @unchecked Sendable {
    // Sendable: everything is set before `init` returns, but for the process, which is only ever told to stop.

    package struct Mode: Sendable {
        /// Whether the registry is told that the way here was https.
        package var tellsScheme = true
        /// Whether requests without a certificate of the authority in `clientFolder` are refused.
        package var wantsClientCertificate = false
        /// The largest body; 0 for any.
        package var bodyLimit = 0
        package var takesPatch = true

        package init() {}

        package static func with(_ change: (inout Mode) -> Void) -> Mode {
            var mode = Mode()
            change(&mode)
            return mode
        }
    }

    package let host: RegistryHost
    package let port: Int
    /// PEM of the authority that signed nginx' certificate.
    package let authority: [UInt8]
    package var clientFolder: URL { folder.appending(path: "clients") }
    /// Kept, so that it runs as long as nginx does.
    private let server: any AnyObject & Sendable
    private let folder: URL
    private let process: ChildProcess

    package convenience init(before registry: RegistryProcess, _ mode: Mode = Mode()) throws {
        try self.init(before: registry, at: registry.port, mode)
    }

    package convenience init(before server: ScriptedServer, _ mode: Mode = Mode()) throws {
        try self.init(before: server, at: server.port, mode)
    }

    private init(before server: any AnyObject & Sendable, at serverPort: Int, _ mode: Mode) throws {
        self.server = server
        folder = try TemporaryFolder.make("nginx")
        port = try freePort()
        host = try RegistryHost("127.0.0.1:\(port)")
        let authority = try CertificateAuthority(in: folder)
        try authority.issue("server", names: "IP:127.0.0.1,DNS:localhost")
        self.authority = Array(try Data(contentsOf: authority.certificate))
        if mode.wantsClientCertificate {
            let clients = try CertificateAuthority(in: folder.appending(path: "clients"))
            try clients.issue("client", names: "email:mira@example.com")
        }
        let configuration = folder.appending(path: "nginx.conf")
        let text = Self.configuration(mode, folder: folder.path, port: port, serverPort: serverPort)
        try Data(text.utf8).write(to: configuration)
        let process = try ChildProcess(
            "/usr/sbin/nginx", ["-p", folder.path, "-c", configuration.path, "-e", "stderr"],
            output: "/dev/null", errors: folder.appending(path: "error.log").path)
        self.process = process
        guard waitForListener(port: port, while: { process.isRunning }) else {
            process.stop()
            let said = try String(contentsOf: folder.appending(path: "error.log"), encoding: .utf8)
            throw ServerError("nginx does not listen on \(port): \(said)")
        }
    }

    deinit {
        process.stop()
        // The folder lies in the system's temporary place: what cannot be removed now is removed with that.
        try? FileManager.default.removeItem(at: folder)
    }

    private static func configuration(_ mode: Mode, folder: String, port: Int, serverPort: Int) -> String {
        """
        daemon off;
        master_process off;
        pid \(folder)/nginx.pid;
        events {}
        http {
            access_log off;
            client_body_temp_path \(folder)/body;
            proxy_temp_path \(folder)/proxy;
            fastcgi_temp_path \(folder)/fastcgi;
            uwsgi_temp_path \(folder)/uwsgi;
            scgi_temp_path \(folder)/scgi;
            client_max_body_size \(mode.bodyLimit);
            server {
                listen 127.0.0.1:\(port) ssl;
                ssl_certificate \(folder)/server.pem;
                ssl_certificate_key \(folder)/server.key;
                \(mode.wantsClientCertificate ? "ssl_client_certificate \(folder)/clients/authority.pem; ssl_verify_client on;" : "")
                location / {
                    \(mode.takesPatch ? "" : "if ($request_method = PATCH) { return 405; }")
                    proxy_pass http://127.0.0.1:\(serverPort);
                    proxy_set_header Host $http_host;
                    \(mode.tellsScheme ? "proxy_set_header X-Forwarded-Proto https;" : "")
                }
            }
        }
        """
    }
}
