import CommandRunner
import Foundation
import OCI
import Servers
import Testing

@testable import Registry

/// Real programs, in folders of their own.
@Suite struct CredentialHelpersTests {
    private let folder: URL

    init() throws { folder = try TemporaryFolder.make("helpers") }

    /// Writes a helper that keeps what it was asked and then does what `body` says.
    private func write(_ body: String, in name: String = "bin", as helper: String = "fake") throws {
        let text = """
            #!/bin/sh
            printf '%s ' "$@" >>'\(folder.path)/arguments'
            cat >>'\(folder.path)/asked'
            env >'\(folder.path)/environment'
            \(body)
            """
        try ProgramFile.write(text, to: "\(folder.path)/\(name)/docker-credential-\(helper)")
    }

    private func kept(_ name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }

    private func helpers(path: String? = nil, timeLimit: Duration = .seconds(30)) -> CredentialHelpers {
        let environment = [
            "PATH": path ?? "\(folder.path)/bin:/usr/bin:/bin", "HOME": "/home/mira", "LD_PRELOAD": "",
            "COSIGN_PASSWORD": "planted", "AWS_SECRET_ACCESS_KEY": "planted",
        ]
        return CredentialHelpers(environment: environment, timeLimit: timeLimit)
    }

    private func fault(_ helpers: CredentialHelpers, _ name: String = "fake") async -> String? {
        await #expect(throws: CredentialHelpers.Fault.self) {
            try await helpers.credential(of: name, for: "reg.example")
        }?.text
    }

    @Test func `a helper is asked for one server and answers with a user and a secret`() async throws {
        try write(#"echo '{"ServerURL":"reg.example","Username":"mira","Secret":"s"}'"#)
        let helpers = helpers()
        let credential = try await helpers.credential(of: "fake", for: "reg.example:5000")
        #expect(credential == Credential(user: "mira", password: "s"))
        #expect(try kept("asked") == "reg.example:5000")
        #expect(try kept("arguments") == "get ")
        #expect(try await helpers.credential(of: "fake", for: "reg.example:5000") == credential)
        #expect(try kept("arguments") == "get ", "asked once")
        #expect(
            try await helpers.credential(of: "fake", for: "reg.example:5000", isFresh: true) == credential)
        #expect(try kept("arguments") == "get get ", "asked again")
    }

    @Test func `a helper sees nothing of the environment that it has no use for`() async throws {
        try write(#"echo '{"ServerURL":"","Username":"mira","Secret":"s"}'"#)
        let path = "bin::\(folder.path)/bin:.:/usr/bin:/bin"
        _ = try await helpers(path: path).credential(of: "fake", for: "reg.example")
        let lines = try kept("environment").split(separator: "\n").map(String.init)
        let names = Set(lines.map { String($0.prefix { $0 != "=" }) })
        // What the shell itself sets is not ours.
        #expect(names.subtracting(["PWD", "SHLVL", "_", "OLDPWD"]) == ["PATH", "HOME"])
        #expect(lines.contains("PATH=\(folder.path)/bin:/usr/bin:/bin"))
    }

    @Test(arguments: [
        (#"echo '{"ServerURL":"","Username":"<token>","Secret":"i"}'"#, Credential(identityToken: "i")),
        (#"echo '{"ServerURL":"","Username":"u","Secret":""}'"#, nil),
        ("echo 'credentials not found in native keychain'; exit 1", nil),
    ])
    func `a helper may give an identity token, or nothing`(body: String, credential: Credential?) async throws
    {
        try write(body)
        #expect(try await helpers().credential(of: "fake", for: "reg.example") == credential)
    }

    @Test(arguments: [
        ("echo 'the door is locked'; exit 3", "ended with status 3: the door is locked"),
        (#"echo '{"Secret":"planted"}'; exit 1"#, "ended with status 1"),
        (#"echo 'oh {"Secret":"planted"}'; exit 1"#, "ended with status 1: oh "),
        ("kill -9 $$", "was ended by a signal"),
        ("echo planted", "its answer cannot be read: json.syntax"),
        (#"echo '{"Username":"u"}'"#, "its answer cannot be read: json.shape"),
        (
            #"echo '{"Username":"u","Secret":"planted","Secret":"b"}'"#,
            "its answer cannot be read: json.duplicate"
        ),
        ("head -c 70000 /dev/zero", "answered with more than 65536 bytes"),
    ])
    func `an answer that is none is named and not repeated`(body: String, text: String) async throws {
        try write(body)
        let fault = await fault(helpers())
        #expect(fault == text)
    }

    @Test(arguments: ["", "Fake", "../fake", "fake/x", "fake x", "f\u{e4}ke", "desktop.exe", "fake\n"])
    func `a name with other characters is no helper`(name: String) async throws {
        try write("exit 0", as: "fake")
        #expect(await fault(helpers(), name)?.hasPrefix("its name holds other characters") == true)
        #expect(throws: (any Error).self) { try kept("arguments") }
    }

    @Test(arguments: ["", "./", "/usr/bin:"])
    func `a helper in a relative folder of PATH is not run`(before: String) async throws {
        try write("exit 0")
        let ups = FileManager.default.currentDirectoryPath.split(separator: "/").map { _ in "../" }.joined()
        let path = before + ups + folder.path.dropFirst() + "/bin"
        let last = try #require(path.split(separator: ":").last)
        #expect(FileManager.default.fileExists(atPath: last + "/docker-credential-fake"))
        #expect(await fault(helpers(path: path)) == "docker-credential-fake is in no folder of PATH")
        #expect(throws: (any Error).self) { try kept("arguments") }
    }

    @Test func `a folder or a file that nobody may run is no helper`() async throws {
        try FileManager.default.createDirectory(
            at: folder.appending(path: "bin/docker-credential-fake"), withIntermediateDirectories: true)
        #expect(await fault(helpers())?.contains("is in no folder of PATH") == true)
    }

    @Test func `a helper that gives no answer is ended with all that it started`() async throws {
        try write("echo $$ >'\(folder.path)/pid'; sleep 600 & echo $! >>'\(folder.path)/pid'; wait")
        #expect(await fault(helpers(timeLimit: .seconds(1))) == "gave no answer within 1 seconds")
        let numbers = try kept("pid").split(separator: "\n").compactMap { pid_t($0) }
        #expect(numbers.count == 2)
        for number in numbers {
            // A child of the helper that was killed is there until the system's first process has seen it off.
            let state = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ") Z"
            #expect(state.contains(") Z"), "\(state)")
        }
    }

    @Test func `a helper that closes its output and stays is ended too`() async throws {
        try write("exec >&-; sleep 600")
        #expect(await fault(helpers(timeLimit: .seconds(1))) == "gave no answer within 1 seconds")
    }

    /// Which credential a document leads to when the helper `fake` keeps one of the user `helped`.
    private func user(in document: String, helper body: String, distrust: String? = nil) async throws
        -> String?
    {
        try write(body)
        let store = CredentialStore(
            documents: [
                try CredentialDocument(Array(document.utf8), name: "first", distrust: distrust),
                try CredentialDocument(
                    Array(#"{"auths":{"reg.example":{"auth":"bGFzdDpw"}}}"#.utf8), name: "last"),
            ], helpers: helpers())
        let match = try await store.match(for: try RegistryHost("reg.example"), repository: nil)
        guard case .password(let user, _) = match?.credential.kind else { return nil }
        #expect((match?.helper == "fake") == (user == "helped"))
        return user
    }

    private static let helped = #"echo '{"Username":"helped","Secret":"s"}'"#

    @Test(arguments: [
        (#"{"auths":{"reg.example":{"auth":"b3duOnA="}},"credHelpers":{"reg.example":"fake"}}"#, "helped"),
        (#"{"auths":{"reg.example":{"auth":"b3duOnA="}},"credsStore":"fake"}"#, "own"),
        (#"{"auths":{"reg.example":{}},"credsStore":"fake"}"#, "helped"),
        (#"{"credsStore":"fake"}"#, "helped"),
        (#"{"credHelpers":{"other.example":"fake"}}"#, "last"),
        (#"{"credHelpers":{"reg.example":""},"credsStore":"fake"}"#, "helped"),
    ])
    func `a host's own helper comes first, then the entries, then the helper for everything`(
        document: String, user: String
    ) async throws {
        #expect(try await self.user(in: document, helper: Self.helped) == user)
    }

    @Test func `a helper that has none is passed over`() async throws {
        let document = #"{"credsStore":"fake"}"#
        #expect(try await user(in: document, helper: "echo credentials not found; exit 1") == "last")
    }

    @Test(arguments: [#"{"credsStore":"fake"}"#, #"{"credHelpers":{"reg.example":"fake"}}"#])
    func `a helper is not run for a document that others may write`(document: String) async throws {
        let error = await #expect(throws: RegistryError.self) {
            _ = try await user(in: document, helper: Self.helped, distrust: "others may write it")
        }
        #expect(error?.reason == "auth.helper")
        #expect(error?.description.contains("others may write it") == true)
        #expect(throws: (any Error).self) { try kept("arguments") }
    }

    @Test func `Docker Hub is asked for by the name that docker stores`() async throws {
        try write(Self.helped)
        let document = try CredentialDocument(Array(#"{"credsStore":"fake"}"#.utf8), name: "file")
        let store = CredentialStore(documents: [document], helpers: helpers())
        _ = try await store.match(for: try RegistryHost("docker.io"), repository: nil)
        #expect(try kept("asked") == "https://index.docker.io/v1/")
    }

    @Test func `a cancelled task waits for no helper`() async throws {
        try write("touch '\(folder.path)/running'; sleep 600")
        let helpers = helpers()
        let asking = Task { try await helpers.credential(of: "fake", for: "reg.example") }
        try await waitUntil("the helper runs") {
            FileManager.default.fileExists(atPath: folder.path + "/running")
        }
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
    }
}
