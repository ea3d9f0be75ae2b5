import CommandRunner
import Foundation
import OCI
import Servers
import Testing

@testable import Registry

/// What is said of TLS that does not come about, each against a server of the `openssl` command that really does so.
@Suite struct TLSWordsTests {
    private let folder: URL
    private let authority: CertificateAuthority

    init() throws {
        folder = try TemporaryFolder.make("words")
        authority = try CertificateAuthority(in: folder)
        try authority.issue("server", names: "IP:127.0.0.1")
    }

    private func make(_ arguments: String...) throws {
        #expect(try CommandRunner.run("/usr/bin/openssl", arguments).status == 0)
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    /// What a connection to a server with these options of `openssl s_server` ends in.
    private func error(
        _ options: String..., certificate: String = "server", believing: [UInt8]? = nil,
        plain: Bool = false,
    ) async throws -> RegistryError? {
        let port = try freePort()
        let server = try ChildProcess(
            "/usr/bin/openssl",
            [
                "s_server", "-quiet", "-www", "-accept", "127.0.0.1:\(port)", "-cert",
                path(certificate + ".pem"),
                "-key", path(certificate + ".key"),
            ] + options, output: "/dev/null", errors: "/dev/null")
        defer { server.stop() }
        #expect(waitForListener(port: port, while: { server.isRunning }))
        let host = try RegistryHost("127.0.0.1:\(port)")
        let known = try believing ?? Array(Data(contentsOf: authority.certificate))
        var found: RegistryError?
        try await withConnection(
            to: host,
            options: {
                $0.plainHTTP = plain ? [host] : []
                $0.caCertificates = known
                $0.maximumAttempts = 2
            }
        ) { (connection) async throws in
            found = await #expect(throws: RegistryError.self) { try await connection.ping() }
        }
        return found
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `a client certificate that is missing is told, in TLS 1.2 too, which has no alert for it`(
        version: String
    ) async throws {
        let error = try await error(
            version, "-Verify", "1", "-verify_return_error", "-CAfile", path("authority.pem"))
        #expect(error?.reason == "tls.client")
        #expect(error?.description.contains("wants a client certificate; give --client-cert") == true)
    }

    @Test func `a server of old versions alone is told`() async throws {
        let error = try await error("-tls1_1", "-cipher", "ALL:@SECLEVEL=0")
        #expect(error?.reason == "tls.handshake")
        #expect(error?.description.contains("speaks no version as new as TLS 1.2") == true)
    }

    @Test func `a server without a common cipher is told`() async throws {
        let error = try await error("-tls1_3", "-ciphersuites", "TLS_AES_128_CCM_SHA256")
        #expect(error?.reason == "tls.handshake")
        #expect(error?.description.contains("no cipher in common") == true)
    }

    @Test func `a certificate that is signed by itself is told as that, and believed where it is given`()
        async throws
    {
        try make(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=alone", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
            path("alone.key"), "-out", path("alone.pem"))
        let error = try await error(certificate: "alone")
        #expect(error?.reason == "tls.untrusted")
        #expect(error?.description.contains(#"signed by itself, "CN=alone""#) == true)
        #expect(error?.description.contains("as ca.crt") == true)
        let given = Array(try Data(contentsOf: folder.appending(path: "alone.pem")))
        let server = try ScriptedServer { _, _ in ScriptedServer.Reply(200) }
        let front = try TLSFront(to: server.port, certificate: path("alone"))
        try await withConnection(
            to: try RegistryHost("127.0.0.1:\(front.port)"),
            options: {
                $0.plainHTTP = []
                $0.caCertificates = given
            }
        ) { try await $0.ping() }
    }

    @Test func `a certificate without alternative names is told as that`() async throws {
        try make(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", path("nameless.key"), "-out",
            path("nameless.pem"))
        let given = Array(try Data(contentsOf: folder.appending(path: "nameless.pem")))
        let error = try await error(certificate: "nameless", believing: given)
        #expect(error?.reason == "tls.name")
        #expect(error?.description.contains("no host by its alternative names") == true)
        #expect(error?.description.hasSuffix("have one issued for 127.0.0.1") == true)
    }

    @Test func `a port that hangs up on plain http may be one of https`() async throws {
        let error = try await error(plain: true)
        #expect(error?.reason == "unreachable")
        #expect(
            error?.description.contains("if this port speaks https, leave out --plain-http 127.0.0.1:")
                == true)
    }

    @Test func `what Apache says to plain http on its port of https is known`() async throws {
        let words = "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />"
        try await withScript { _, _ in
            .init(400, ["Content-Type": "text/html"], Array(words.utf8))
        } _: { connection, _ in
            #expect(await reason { try await connection.ping() } == "http.tlsport")
        }
    }

    @Test(arguments: ["key", "der", "other", "empty"])
    func `authorities that are none are told by what they are`(kind: String) throws {
        let pem = try String(contentsOf: authority.certificate, encoding: .utf8)
        let inner = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        let (given, words): ([UInt8], String) =
            switch kind {
            case "key":
                (Array(try Data(contentsOf: folder.appending(path: "server.key"))), "holds a private key")
            case "der":
                (Array(try #require(Data(base64Encoded: inner))), "is DER; make PEM of it: openssl x509")
            case "other": (Array("something else".utf8), "holds no certificate in PEM")
            default: ([], "holds no certificate in PEM")
            }
        var options = RegistryOptions()
        options.caCertificates = given
        let error = #expect(throws: RegistryError.self) { _ = try TLSSettings(options) }
        #expect(error?.reason == "tls.ca")
        #expect(error?.description.contains("the file of --ca-file: \(words)") == true)
    }
}
