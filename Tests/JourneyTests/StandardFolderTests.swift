import CommandRunner
import Foundation
import Glibc
import Servers
import Testing

/// The folders and files of the whole machine, in a private view of it that takes root to make.
@Suite(.enabled(if: geteuid() == 0)) struct StandardFolderTests {
    private let folder: WorkFolder
    private let registry: RegistryProcess

    init() throws {
        folder = try WorkFolder()
        registry = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.usesBasic = true
            })
        for name in ["etc", "run", "home"] { try make(name) }
    }

    private func make(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }

    /// Asks with `etc` laid over `/etc`, and `run` in place of `/run`.
    private func check(_ environment: [String: String] = [:]) throws -> ProgramResult {
        try check(
            "\(registry.host)/team/app", environment,
            seeing: #"mount -t overlay overlay -o "lowerdir=$0/etc:/etc" /etc && mount --bind "$0/run" /run"#)
    }

    /// Asks where the system has no authorities, as a bare container.
    private func checkBare(_ place: String, _ options: String...) throws -> ProgramResult {
        try check(place, options: options, seeing: "mount -t tmpfs tmpfs /etc/ssl")
    }

    private func check(
        _ place: String, _ environment: [String: String] = [:], options: [String] = [], seeing view: String,
    ) throws -> ProgramResult {
        let script = "mount --make-rprivate / && \(view) && exec \"$@\""
        let nothing = [
            "HOME": folder.path + "/home", "DOCKER_CONFIG": "", "XDG_RUNTIME_DIR": "", "XDG_CONFIG_HOME": "",
            "REGISTRY_AUTH_FILE": "",
        ]
        return try RunningProgram(
            "/usr/bin/unshare",
            [
                "-m", "sh", "-c", script, folder.path, CommandRunner.products + "/cgbundle", "auth", "check",
                place,
            ] + options, environment: nothing.merging(environment) { $1 }
        ).waitUntilExit()
    }

    /// Writes a file for the registry's certs.d below `place`.
    private func put(_ bytes: [UInt8], _ name: String, below place: String) throws {
        let directory = "\(place)/certs.d/\(registry.host)"
        try make(directory)
        try Data(bytes).write(to: URL(filePath: "\(folder.path)/\(directory)/\(name)"))
    }

    private func putCredentials(_ name: String, password: String = RegistryProcess.password) throws {
        try make((name as NSString).deletingLastPathComponent)
        let pair = Data("\(RegistryProcess.user):\(password)".utf8).base64EncodedString()
        try Data(#"{"auths":{"\#(registry.host)":{"auth":"\#(pair)"}}}"#.utf8).write(
            to: URL(filePath: folder.path + "/" + name))
    }

    @Test(arguments: ["etc/containers", "etc/docker"])
    func `the machine's own folders of certificates are found`(place: String) throws {
        try putCredentials("home/.docker/config.json")
        #expect(try check().output.contains("[tls.untrusted]"))
        try put(registry.authority, "ca.crt", below: place)
        let found = try check()
        #expect(found.status == 0, "\(found.output) \(found.errors)")
        #expect(found.output.contains("push        works"))
    }

    @Test func `the first folder that is there counts, and the others are not looked into`() throws {
        try putCredentials("home/.docker/config.json")
        try put(registry.authority, "ca.crt", below: "etc/docker")
        try put(Array("no certificate".utf8), "ca.crt", below: "etc/containers")
        let broken = try check()
        #expect(broken.status == 8)
        #expect(
            broken.errors.contains("/etc/containers/certs.d/\(registry.host)/ca.crt: holds no certificate"))
        try make("home/.config/containers/certs.d/\(registry.host)")
        // An empty folder of the user's own comes before both.
        #expect(try check().output.contains("[tls.untrusted]"))
    }

    @Test func `without authorities of the system a client certificate is good for those that were given`()
        throws
    {
        let strict = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.wantsClientCertificate = true
            })
        let authority = folder.path + "/ca.pem"
        try Data(strict.authority).write(to: URL(filePath: authority))
        let client = strict.clientFolder.appending(path: "client").path
        let found = try checkBare(
            "\(strict.host)/team/app", "--ca-file", authority, "--client-cert", client + ".pem",
            "--client-key", client + ".key")
        #expect(found.status == 0, "\(found.output) \(found.errors)")
    }

    @Test func `without authorities of the system a certificate is looked at all the same`() throws {
        let other = try RegistryProcess(.tls)
        let named = try RegistryProcess(
            .with {
                $0.usesTLS = true
                $0.certificate.names = "DNS:registry.example.com"
            })
        for (registry, word) in [
            (other, "it was issued by"), (named, "for another name, registry.example.com"),
        ] {
            let authority = folder.path + "/ca.pem"
            let trusted = word.hasPrefix("for") ? registry.authority : self.registry.authority
            try Data(trusted).write(to: URL(filePath: authority))
            let result = try checkBare("\(registry.host)", "--ca-file", authority)
            #expect(result.output.contains(word), "\(result.output)")
        }
    }

    @Test func `podman's credentials of the machine are read where there is no session`() throws {
        try put(registry.authority, "ca.crt", below: "etc/containers")
        #expect(try check().output.contains("[auth.denied]"))
        try putCredentials("run/containers/\(geteuid())/auth.json")
        let found = try check()
        #expect(found.status == 0, "\(found.output) \(found.errors)")
        #expect(found.output.contains("/run/containers/\(geteuid())/auth.json"))
        // With a session its own file is read in place of the machine's.
        let session = try check(["XDG_RUNTIME_DIR": folder.path + "/home"])
        #expect(session.output.contains("[auth.denied]"), "\(session.output)")
    }
}
