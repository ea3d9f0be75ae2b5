import CommandRunner
import Foundation
import Servers
import Testing

/// The certs.d layout and its options, with a real registry that wants a client certificate.
@Suite struct CertificateFolderTests {
    private let folder: WorkFolder
    private let registry: RegistryProcess

    init() throws {
        folder = try WorkFolder()
        registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.wantsClientCertificate = true
            })
    }

    private func check(_ options: String...) throws -> (status: Int32, text: String) {
        let result = try RunningProgram.cgbundle(
            ["auth", "check", "\(registry.host)/team/app"] + options,
            environment: [
                "HOME": folder.path, "DOCKER_CONFIG": "", "XDG_RUNTIME_DIR": folder.path,
                "XDG_CONFIG_HOME": "",
                "REGISTRY_AUTH_FILE": "",
            ])
        return (result.status, result.output + result.errors)
    }

    /// Puts files of the registry's clients, and its authority, into a folder.
    @discardableResult
    private func fill(_ name: String, _ files: [String]) throws -> String {
        let place = URL(filePath: folder.path + "/" + name)
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for file in files {
            let bytes =
                switch (file as NSString).pathExtension {
                case "crt": Data(registry.authority)
                case "cert": try Data(contentsOf: registry.clientFolder.appending(path: "client.pem"))
                case "key": try Data(contentsOf: registry.clientFolder.appending(path: "client.key"))
                default: Data("something else".utf8)
                }
            try bytes.write(to: place.appending(path: file))
        }
        return place.path
    }

    private var standard: String { ".config/containers/certs.d/\(registry.host)" }

    @Test func `the folder of the host is found by itself`() throws {
        try fill(standard, ["ca.crt", "client.cert", "client.key", "README"])
        let (status, text) = try check()
        #expect(status == 0, "\(text)")
        #expect(text.contains("push        works"))
    }

    @Test func `a folder of the same host under another port is not its own`() throws {
        try fill(".config/containers/certs.d/127.0.0.1", ["ca.crt", "client.cert", "client.key"])
        let (status, text) = try check()
        #expect(status == 8)
        #expect(text.contains("[tls.untrusted]"))
    }

    @Test func `the authority alone does not do`() throws {
        try fill(standard, ["ca.crt"])
        let (status, text) = try check()
        #expect(status == 8)
        #expect(text.contains("[tls.client]"))
        #expect(text.contains("certs.d/\(registry.host)"))
    }

    @Test func `a named folder takes the place of the others`() throws {
        let named = try fill("named", ["ca.crt", "x.cert", "x.key"])
        try fill(standard, ["ca.crt", "client.cert"])
        #expect(try check("--cert-dir", named).status == 0)
    }

    @Test func `single files do too`() throws {
        let place = try fill("single", ["ca.crt", "client.cert", "client.key"])
        let (status, text) = try check(
            "--ca-file", place + "/ca.crt", "--client-cert", place + "/client.cert", "--client-key",
            place + "/client.key")
        #expect(status == 0, "\(text)")
    }

    @Test(arguments: [
        (["ca.crt", "client.cert"], "client.cert: has no client.key beside it"),
        (["ca.crt", "client.key"], "client.key: has no client.cert beside it"),
        (["ca.crt", "a.cert", "a.key", "b.cert", "b.key"], "holds 2 client certificates; leave one"),
    ])
    func `half a pair, or two, is refused before anything is sent`(files: [String], words: String) throws {
        try fill(standard, files)
        let (status, text) = try check()
        #expect(status == 8)
        #expect(text.contains(words))
        #expect(text.contains("[tls.pair]"))
        registry.stop()
        #expect(try registry.requests() == [])
    }

    @Test(arguments: [
        ["--client-cert", "a"], ["--client-key", "a"],
        ["--cert-dir", "a", "--client-cert", "b", "--client-key", "c"],
    ])
    func `options that make no pair are refused`(options: [String]) throws {
        let result = try RunningProgram.cgbundle(["auth", "check", "a.example"] + options)
        #expect(result.status == 64)
    }

    @Test func `an import goes through with the folder of the host`() throws {
        let sample = try Sample.shared()
        try fill(standard, ["ca.crt", "client.cert", "client.key"])
        let imported = try RunningProgram.cgbundle(
            sample.importing() + ["--registry", "\(registry.host)/cloudgrid", "--no-record"],
            environment: ["HOME": folder.path])
        #expect(imported.status == 0, "\(imported.errors)")
    }
}
