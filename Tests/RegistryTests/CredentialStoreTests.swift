import OCI
import Testing

@testable import Registry

@Suite struct CredentialStoreTests {
    private static let document = #"""
        {"auths": {
          "plain.example": {"auth": "dTpwOmE="},
          "plain.example:5000": {"auth": "djpw"},
          "paths.example/a/b": {"username": "deep", "password": "p"},
          "paths.example/a": {"username": "shallow", "password": "p"},
          "https://url.example/v1/": {"username": "url", "password": "p"},
          "https://index.docker.io/v1/": {"username": "hub", "password": "p"},
          "identity.example": {"auth": "MDAwMDo=", "identitytoken": "i"},
          "registry.example": {"registrytoken": "r"},
          "nul.example": {"auth": "dTpwAA=="},
          "broken.example": {"auth": "?"},
          "nocolon.example": {"auth": "dQ=="},
          "empty.example": {}
        }, "credHelpers": {"helped.example": "pass"}, "other": [1.5]}
        """#

    private func found(_ host: String, _ path: String? = "a/b/c") async throws -> Credential.Kind? {
        let store = CredentialStore(documents: [
            try CredentialDocument(Array(#"{"auths":{}}"#.utf8), name: "first"),
            try CredentialDocument(Array(Self.document.utf8), name: "second"),
        ])
        let repository = try path.map { try RepositoryName($0) }
        return try await store.match(for: try RegistryHost(host), repository: repository)?.credential.kind
    }

    @Test(
        arguments: [
            ("plain.example", Credential.Kind.password(user: "u", "p:a")),
            ("paths.example", .password(user: "deep", "p")),
            ("url.example", .password(user: "url", "p")),
            ("docker.io", .password(user: "hub", "p")),
            ("identity.example", .identityToken("i")),
            ("registry.example", .registryToken("r")),
            ("nul.example", .password(user: "u", "p")),
            ("plain.example:443", nil), ("sub.plain.example", nil), ("example", nil),
            ("url.example:5000", nil), ("empty.example", nil),
        ] as [(String, Credential.Kind?)])
    func `a registry's own entry is found and no other`(host: String, kind: Credential.Kind?) async throws {
        #expect(try await found(host) == kind)
    }

    @Test(
        arguments: [("a", "shallow"), ("a/x", "shallow"), ("a/b", "deep"), ("b", nil)] as [(String, String?)])
    func `the longest path wins`(path: String, user: String?) async throws {
        #expect(try await found("paths.example", path) == user.map { .password(user: $0, "p") })
    }

    @Test(arguments: [
        ("helped.example", "auth.helper"), ("broken.example", "auth.entry"),
        ("nocolon.example", "auth.entry"),
    ])
    func `an entry that cannot be used is named`(host: String, word: String) async throws {
        let error = await #expect(throws: RegistryError.self) { try await found(host) }
        #expect(error?.reason == word)
        #expect(error?.description.contains("second") == true)
    }

    @Test func `what the user gives comes first and the match says where it was found`() async throws {
        let document = try CredentialDocument(Array(Self.document.utf8), name: "file")
        let host = try RegistryHost("plain.example")
        let given = CredentialStore(
            explicit: Credential(user: "me", password: "p"), documents: [document])
        #expect(try await given.match(for: host, repository: nil)?.document == nil)
        let match = try await CredentialStore(documents: [document]).match(for: host, repository: nil)
        #expect(match?.document == "file")
        #expect(match?.key == "plain.example")
    }

    @Test(arguments: ["[]", "{\"auths\":{},}", "{\"auths\":{},\"auths\":{}}", ""])
    func `a document that is not what it should be is refused`(text: String) {
        let error = #expect(throws: RegistryError.self) {
            _ = try CredentialDocument(Array(text.utf8), name: "file")
        }
        #expect(error?.kind == .format)
    }

    @Test func `no way of printing a credential shows its secret`() throws {
        let secrets = [
            Credential(user: "u", password: "planted"), Credential(identityToken: "planted"),
            Credential(registryToken: "planted"),
        ]
        for credential in secrets {
            var dumped = "\(credential) \(String(reflecting: credential)) \(credential.kind)"
            let document = try CredentialDocument(
                Array(#"{"auths":{"a":{"registrytoken":"planted"}}}"#.utf8), name: "file")
            let store = CredentialStore(explicit: credential, documents: [document])
            dump((credential, credential.kind, document, store), to: &dumped)
            #expect(!dumped.contains("planted"))
        }
    }
}
