import CommandRunner
package import Foundation

/// A token service for `RegistryProcess`, in Python, on a free loopback port.
///
/// It gives the user of `RegistryProcess` everything that is asked for, everybody else the right to pull, and
/// writes down what it was asked.
package final class TokenServerProcess: @unchecked Sendable {
    // Sendable: everything is set before `init` returns, but for the process, which is only ever told to stop.

    /// What is wrong with the tokens, if anything.
    package enum Mode: String, Sendable {
        case honest
        /// The right to pull, whatever is asked for.
        case pullOnly
        /// Over five minutes ago.
        case expired
        /// For another repository than was asked for.
        case wrongRepository
    }

    /// What the service takes for the user's password (OAuth2 refresh token).
    package static let identityToken = "planted-identity-token"

    package let port: Int
    /// What the registry is told to trust.
    package var certificate: URL { folder.appending(path: "authority.pem") }
    private let folder: URL
    private let process: ChildProcess

    package init(_ mode: Mode = .honest) throws {
        folder = try TemporaryFolder.make("token")
        port = try freePort()
        try run(
            "/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
            "/CN=test token authority", "-keyout", folder.appending(path: "key.pem").path,
            "-out", folder.appending(path: "authority.pem").path)
        let script = folder.appending(path: "server.py")
        try Data(Self.script.utf8).write(to: script)
        process = try ChildProcess(
            "python3",
            [
                script.path, folder.path, String(port), RegistryProcess.user, RegistryProcess.password,
                Self.identityToken, mode.rawValue,
            ],
            output: "/dev/null", errors: "/dev/null")
        let process = process
        guard waitForListener(port: port, while: { process.isRunning }) else {
            process.stop()
            throw ServerError("the token service does not listen on \(port)")
        }
    }

    deinit {
        process.stop()
        // The folder lies in the system's temporary place: what cannot be removed now is removed with that.
        try? FileManager.default.removeItem(at: folder)
    }

    package var realm: String { "http://127.0.0.1:\(port)/token" }

    /// One line for each request: `user scope scope ...`, `-` for nobody; `POST` before those of an identity token.
    package func requests() throws -> [String] {
        let text = try String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
    }

    private static let script = #"""
        import base64, json, subprocess, sys, time, uuid
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        from urllib.parse import parse_qs, urlsplit

        folder, port, user, password, identity, mode = sys.argv[1:7]
        log = open(folder + "/log", "a", buffering=1)
        pem = open(folder + "/authority.pem").read()
        der = "".join(line for line in pem.splitlines() if "-----" not in line)
        known = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


        def encoded(data):
            return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                query = parse_qs(urlsplit(self.path).query)
                scopes = [s for scope in query.get("scope", []) for s in scope.split(" ")]
                given = self.headers.get("Authorization")
                log.write(" ".join([user if given == known else "-"] + scopes) + "\n")
                if given not in (None, known):
                    return self.reply(401, {"details": "wrong password"})
                self.give(scopes, query["service"][0], bool(given))

            def do_POST(self):
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                scopes = form.get("scope", [""])[0].split(" ")
                is_known = form.get("refresh_token") == [identity] and form.get("grant_type") == ["refresh_token"]
                log.write(" ".join(["POST", user if is_known else "-"] + scopes) + "\n")
                if not is_known:
                    return self.reply(400, {"error": "invalid_grant", "error_description": "the token is not known"})
                self.give(scopes, form["service"][0], True)

            def give(self, scopes, service, is_user):
                access = []
                for scope in scopes:
                    if not scope:
                        continue
                    kind, name, actions = scope.split(":")
                    rights = actions.split(",") if is_user and mode != "pullOnly" else ["pull"] if "pull" in actions else []
                    access.append({"type": kind, "name": name + ("x" if mode == "wrongRepository" else ""), "actions": rights})
                now = int(time.time()) - (600 if mode == "expired" else 0)
                claims = {"iss": "test-issuer", "sub": user if is_user else "", "aud": service,
                          "exp": now + 300, "nbf": now - 60, "iat": now, "jti": str(uuid.uuid4()), "access": access}
                header = {"typ": "JWT", "alg": "RS256", "x5c": [der]}
                text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
                signature = subprocess.run(["/usr/bin/openssl", "dgst", "-sha256", "-sign", folder + "/key.pem"],
                                           input=text.encode(), capture_output=True, check=True).stdout
                self.reply(200, {"token": text + "." + encoded(signature), "expires_in": 300})

            def reply(self, status, document):
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass


        ThreadingHTTPServer(("127.0.0.1", int(port)), Handler).serve_forever()
        """#
}
