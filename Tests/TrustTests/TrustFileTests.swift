import LibCrypto
import StrictJSON
import Testing
import Trust

/// A trust file that is good, and told with one thing changed.
struct TrustFileDraft {
    var members: [(String, String)] = [
        ("version", "1"),
        ("roots", #"[{"name":"public","file":"root.json"}]"#),
        ("keys", #"[{"name":"ada","file":"ada.pub"},{"name":"bob","file":"bob.pub"}]"#),
        ("bundle-signers", #"{"threshold":1,"any-of":[{"key":"ada"}]}"#),
        (
            "policies",
            #"[{"match":{"images":["ghcr.io/v/*"]},"any-of":[{"key":"ada"}]},"#
                + #"{"match":{"files":["checksums.txt"]},"any-of":[{"key":"bob"}],"on-missing":"warn"}]"#
        ),
        ("waivers", #"[{"object":"ghcr.io/v/a","reason":"known","until":"2027-01-01"}]"#),
    ]

    subscript(name: String) -> String? {
        get { members.first { $0.0 == name }?.1 }
        set {
            members.removeAll { $0.0 == name }
            if let newValue { members.append((name, newValue)) }
        }
    }

    var json: [UInt8] {
        Array(("{" + members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}").utf8)
    }

    func read() throws -> TrustFile { try TrustFile(json: json, name: "trust.json") }

    /// A policy for images with this one signer.
    static func policies(by signer: String) -> String {
        #"[{"match":{"images":["*"]},"any-of":[\#(signer)]}]"#
    }

    static let identity =
        #""root":"public","certificate-oidc-issuer":"https://i","certificate-identity":"https://s@{version}""#
}

@Suite struct TrustFileTests {
    @Test func `a good file is read whole`() throws {
        let file = try TrustFileDraft().read()
        #expect(file.roots.map(\.name) == ["public"])
        #expect(file.keys.map(\.file) == ["ada.pub", "bob.pub"])
        #expect(file.bundleSigners?.anyOf == [.key("ada")])
        #expect(file.policies.map(\.onMissing) == [.stop, .warn])
        #expect(file.policies[0].matches(.image, "ghcr.io/v/a"))
        #expect(!file.policies[0].matches(.image, "ghcr.io/v/a/b"))
        #expect(!file.policies[0].matches(.chart, "ghcr.io/v/a"))
        #expect(file.waivers.map(\.until.description) == ["2027-01-01T00:00:00Z"])
    }

    @Test(arguments: [
        ("version", "2", "policy.version"), ("version", nil, "policy.shape"),
        ("polices", "[]", "policy.unknown"), ("roots", "{}", "policy.shape"),
        ("roots", #"[{"name":"public","file":"a"},{"name":"public","file":"b"}]"#, "policy.duplicate"),
        ("roots", #"[{"name":"public","file":"a","sha256":"ab"}]"#, "policy.digest"),
        ("roots", #"[{"name":"public","file":"a","require":{"time":0}}]"#, "policy.require"),
        ("roots", #"[{"name":"public","file":"a","require":{"log":1}}]"#, "policy.unknown"),
        ("roots", #"[{"name":"pub lic","file":"a"}]"#, "policy.shape"),
        ("keys", #"[{"name":"ada","file":"a"},{"name":"ada","file":"b"}]"#, "policy.duplicate"),
        ("keys", "[]", "policy.reference"),
        ("keys", #"[{"name":"ada","file":"a","tlog":"maybe"},{"name":"bob","file":"b"}]"#, "policy.shape"),
        ("keys", #"[{"name":"ada","file":"a","valid-from":"2026-02-30"}]"#, "policy.time"),
        (
            "keys", #"[{"name":"ada","file":"a","valid-from":"2027-01-01","valid-to":"2026-01-01"}]"#,
            "policy.time"
        ),
        ("bundle-signers", #"{"any-of":[{"key":"ada"}]}"#, "policy.shape"),
        ("bundle-signers", #"{"threshold":0,"any-of":[{"key":"ada"}]}"#, "policy.threshold"),
        ("bundle-signers", #"{"threshold":2,"any-of":[{"key":"ada"}]}"#, "policy.threshold"),
        ("bundle-signers", #"{"threshold":1,"any-of":[]}"#, "policy.empty"),
        ("bundle-signers", #"{"threshold":2,"any-of":[{"key":"ada"},{"key":"ada"}]}"#, "policy.duplicate"),
        ("bundle-signers", #"{"threshold":1,"any-of":[{"key":"eve"}]}"#, "policy.reference"),
        (
            "bundle-signers", #"{"threshold":1,"any-of":[{\#(TrustFileDraft.identity)}]}"#, "policy.identity"
        ),
        ("policies", #"[{"match":{},"any-of":[{"key":"ada"}]}]"#, "policy.empty"),
        ("policies", #"[{"match":{"images":[]},"any-of":[{"key":"ada"}]}]"#, "policy.empty"),
        ("policies", #"[{"match":{"image":["a"]},"any-of":[{"key":"ada"}]}]"#, "policy.unknown"),
        ("policies", #"[{"match":{"images":["a*"]},"any-of":[{"key":"ada"}]}]"#, "policy.match"),
        ("policies", #"[{"match":{"images":["a//b"]},"any-of":[{"key":"ada"}]}]"#, "policy.match"),
        ("policies", #"[{"match":{"files":["a/b"]},"any-of":[{"key":"ada"}]}]"#, "policy.match"),
        ("policies", #"[{"match":{"images":["a"]},"any-of":[]}]"#, "policy.empty"),
        ("policies", #"[{"match":{"images":["a"]}}]"#, "policy.shape"),
        (
            "policies", #"[{"match":{"images":["a"]},"any-of":[{"key":"ada"}],"on-missing":"warn"}]"#,
            "policy.onmissing"
        ),
        ("policies", TrustFileDraft.policies(by: #"{"key":"ada","root":"public"}"#), "policy.unknown"),
        ("policies", TrustFileDraft.policies(by: #"{"root":"public"}"#), "policy.identity"),
        (
            "policies",
            TrustFileDraft.policies(by: #"{"root":"public","certificate-identity":"a"}"#), "policy.identity"
        ),
        (
            "policies",
            TrustFileDraft.policies(by: #"{"root":"public","certificate-oidc-issuer":"a"}"#),
            "policy.identity"
        ),
        (
            "policies",
            TrustFileDraft.policies(by: #"{\#(TrustFileDraft.identity),"certificate-identity-regexp":"a"}"#),
            "policy.identity"
        ),
        (
            "policies",
            TrustFileDraft.policies(by: #"{\#(TrustFileDraft.identity),"source-ref":"refs/{tag}"}"#),
            "policy.identity"
        ),
        (
            "bundle-signers",
            #"{"threshold":1,"any-of":[{"root":"public","certificate-oidc-issuer":"a","#
                + #""certificate-identity":"b","source-digest":"{commit}"}]}"#,
            "policy.identity"
        ),
        (
            "policies",
            TrustFileDraft.policies(by: #"{\#(TrustFileDraft.identity),"source-digest":"{commit"}"#),
            "policy.identity"
        ),
        (
            "policies",
            TrustFileDraft.policies(
                by:
                    #"{"root":"public","certificate-oidc-issuer":"a","certificate-identity-regexp":"^{commit}$"}"#
            ),
            "policy.regexp"
        ),
        (
            "policies",
            TrustFileDraft.policies(
                by:
                    #"{"root":"public","certificate-oidc-issuer":"a","certificate-identity-regexp":"{version}"}"#
            ),
            "policy.regexp"
        ),
        (
            "policies",
            TrustFileDraft.policies(
                by: #"{"root":"public","certificate-oidc-issuer":"a","certificate-identity-regexp":"(a)\\1"}"#
            ),
            "policy.regexp"
        ),
        (
            "policies",
            TrustFileDraft.policies(
                by: #"{"root":"other","certificate-oidc-issuer":"a","certificate-identity":"b"}"#),
            "policy.reference"
        ),
        ("vulnerability-exceptions", #"{"on-expired":"refuse"}"#, "policy.shape"),
        ("vulnerability-exceptions", "{}", "policy.shape"),
        ("vulnerability-exceptions", #"{"on-expired":"stop","on-missing":"stop"}"#, "policy.unknown"),
        ("waivers", #"[{"object":"a","reason":"b"}]"#, "policy.shape"),
        ("waivers", #"[{"object":"a","until":"2027-01-01"}]"#, "policy.shape"),
        ("waivers", #"[{"object":"a","reason":" ","until":"2027-01-01"}]"#, "policy.shape"),
        ("waivers", #"[{"object":"a","reason":"b","until":"soon"}]"#, "policy.time"),
    ])
    func `a fault is refused with its word`(member: String, value: String?, reason: String) {
        var draft = TrustFileDraft()
        draft[member] = value
        let error = #expect(throws: TrustFileError.self) { try draft.read() }
        #expect(error?.reason == reason, "\(error?.description ?? "taken")")
        #expect(error?.isAboutForm == false)
    }

    @Test func `a file that asks for nothing is refused`() {
        var draft = TrustFileDraft()
        draft["bundle-signers"] = nil
        draft["policies"] = "[]"
        #expect(throws: TrustFileError.self) { try draft.read() }
        draft["policies"] = nil
        let error = #expect(throws: TrustFileError.self) { try draft.read() }
        #expect(error?.reason == "policy.empty")
    }

    @Test func `a rule for exceptions that no policy goes with is refused`() {
        var draft = TrustFileDraft()
        draft["policies"] = nil
        draft["vulnerability-exceptions"] = #"{"on-expired":"stop"}"#
        let error = #expect(throws: TrustFileError.self) { try draft.read() }
        #expect(error?.reason == "policy.empty")
    }

    @Test(arguments: [("stop", "has expired stops export"), ("warn", "has expired is a warning")])
    func `the sentences name what an expired exception does`(choice: String, sentence: String) throws {
        var draft = TrustFileDraft()
        draft["vulnerability-exceptions"] = "{\"on-expired\":\"\(choice)\"}"
        let sentences = try draft.read().sentences(now: Timestamp(seconds: 0)).joined(separator: "\n")
        #expect(sentences.contains(sentence), "\(sentences)")
    }

    @Test func `a member that stands twice is refused as a fault of form`() {
        let json = Array(#"{"version":1,"version":1}"#.utf8)
        let error = #expect(throws: TrustFileError.self) { try TrustFile(json: json, name: "trust.json") }
        #expect(error?.reason == "json.duplicate")
        #expect(error?.isAboutForm == true)
    }

    @Test func `the placeholder stands for the version and nothing else does`() throws {
        let pin = TextPin.exact("https://s@refs/tags/{version}")
        let release = JudgedRelease(version: "v1.0.0", commit: nil)
        #expect(pin.matches("https://s@refs/tags/v1.0.0", for: release))
        #expect(!pin.matches("https://s@refs/tags/v1.0.1", for: release))
        #expect(!pin.matches("https://s@refs/tags/v1.0.0-beta", for: release))
        #expect(!pin.matches("https://s@refs/tags/{version}", for: release))
        #expect(!pin.matches("https://s@refs/tags/{version}", for: .none))
        #expect(TextPin.exact("a").matches("a", for: .none))
        #expect(!TextPin.exact("\u{e9}").matches("e\u{301}", for: .none))
    }

    private static let commit = "0123456789abcdef0123456789abcdef01234567"

    @Test func `the commit placeholder matches the whole commit of the release`() throws {
        let pin = TextPin.exact("{commit}")
        let release = JudgedRelease(version: "v1.0.0", commit: Self.commit)
        #expect(pin.placeholders == [.commit])
        #expect(pin.matches(Self.commit, for: release))
        #expect(!pin.matches(String(Self.commit.dropLast()), for: release))
        #expect(!pin.matches("v1.0.0", for: release))
        #expect(!pin.matches("{commit}", for: release))
        #expect(pin.described(for: release) == Self.commit)
    }

    @Test(
        arguments: [
            nil, "", String(commit.dropLast()), commit + "0", commit.uppercased(), "v1.0.0",
            String(commit.dropLast()) + "g",
        ] as [String?])
    func `a commit of another form matches nothing, and the reason is given`(commit: String?) {
        let pin = TextPin.exact("{commit}")
        let release = JudgedRelease(version: "v1.0.0", commit: commit)
        for found in [commit ?? "", Self.commit, "{commit}", ""] {
            #expect(!pin.matches(found, for: release))
        }
        let reason = commit == nil ? "is not known" : "is not 40 lowercase hex digits"
        #expect(
            pin.described(for: release)
                == "{commit} ({commit} has no value: the commit of the release \(reason))")
    }

    @Test func `a waiver is over from its first moment on`() throws {
        let waiver = try #require(try TrustFileDraft().read().waivers.first)
        let end = try #require(Timestamp("2027-01-01T00:00:00Z"))
        #expect(!waiver.isOver(at: Timestamp(seconds: end.seconds - 1)))
        #expect(waiver.isOver(at: end))
    }

    @Test func `what is doubtful is told`() throws {
        var draft = TrustFileDraft()
        draft["policies"] =
            #"[{"match":{"images":["a","b"]},"any-of":[{"root":"public","certificate-oidc-issuer":"i","#
            + #""certificate-identity-regexp":"^https://s"}]},{"match":{"images":["b"]},"any-of":[{"key":"ada"}]}]"#
        let late = try #require(Timestamp("2027-06-01T00:00:00Z"))
        let notices = try draft.read().notices(now: late)
        #expect(
            notices.map(\.word) == [
                .unanchored, .unpinned, .unpinned, .unpinned, .unused, .unused, .expired,
            ])
        #expect(notices[0].text.contains("has no $:"))
        #expect(notices[4].text.contains("key bob"))
        #expect(notices[5].text.contains("image b"))
    }

    @Test func `the sentences name everything that is accepted`() throws {
        var draft = TrustFileDraft()
        draft["policies"] = TrustFileDraft.policies(
            by: #"{\#(TrustFileDraft.identity),"source-digest":"{commit}"}"#)
        let sentences = try draft.read().sentences(now: Timestamp(seconds: 0)).joined(separator: "\n")
        for part in [
            "one of these", "key ada (ada.pub)", "image *", "https://s@{version}", "https://i", "2027-01-01",
            "source-digest {commit}", "{version} is the version of the release that is judged",
            "{commit} is the commit of the release that is judged",
        ] {
            #expect(sentences.contains(part), "\(sentences)")
        }
    }
}

/// The signers of bundles that a trust file names.
@Suite struct TrustFileSignerTests {
    let signers: Signers

    init() throws {
        signers = try Signers()
    }

    private func policy(_ draft: TrustFileDraft) throws -> SignerPolicy {
        try draft.read().signerPolicy { name in
            name == "ada.pub" ? signers.ada.publicKey.pem : signers.bob.publicKey.pem
        }
    }

    @Test func `threshold, keys and revocation reach the policy`() throws {
        var draft = TrustFileDraft()
        draft["bundle-signers"] =
            #"{"threshold":2,"any-of":[{"key":"bob"},{"key":"ada"}],"revoked":["\#(signers.bob.id)"]}"#
        let policy = try policy(draft)
        #expect(policy.keys == [signers.bob.publicKey, signers.ada.publicKey])
        #expect(policy.threshold == 2)
        #expect(policy.revoked == [signers.bob.id])
    }

    @Test func `one key under two names is refused`() throws {
        var draft = TrustFileDraft()
        draft["keys"] = #"[{"name":"ada","file":"ada.pub"},{"name":"bob","file":"ada.pub"}]"#
        draft["bundle-signers"] = #"{"threshold":2,"any-of":[{"key":"ada"},{"key":"bob"}]}"#
        let error = #expect(throws: TrustError.self) { try policy(draft) }
        #expect(error?.reason == "policy.duplicatekey")
    }

    @Test func `a key other than the pinned one is refused`() throws {
        var draft = TrustFileDraft()
        draft["keys"] =
            #"[{"name":"ada","file":"ada.pub","sha256-spki":"\#(signers.eve.id)"},{"name":"bob","file":"b"}]"#
        let error = #expect(throws: TrustFileError.self) { try policy(draft) }
        #expect(error?.reason == "policy.pin")
        draft["keys"] =
            #"[{"name":"ada","file":"ada.pub","sha256-spki":"\#(signers.ada.id)"},{"name":"bob","file":"b"}]"#
        #expect(try policy(draft).keys == [signers.ada.publicKey])
    }

    @Test func `without bundle-signers no bundle is accepted`() throws {
        var draft = TrustFileDraft()
        draft["bundle-signers"] = nil
        let error = #expect(throws: TrustFileError.self) { try policy(draft) }
        #expect(error?.reason == "policy.empty")
    }
}

/// The trusted roots that a trust file names, and what is asked under them.
@Suite struct TrustFileRootTests {
    private static let line =
        #"{"mediaType":"application/vnd.dev.sigstore.trustedroot.v0.2+json","tlogs":[\#(log)],"ctlogs":[\#(log)]}"#
    private static let empty = #"{"mediaType":"application/vnd.dev.sigstore.trustedroot.v0.2+json"}"#
    private static let log =
        #"{"baseUrl":"https://log.example","logId":{"keyId":"AA=="},"publicKey":{"rawBytes":"\#(key)","#
        + #""validFor":{"start":"2026-01-01T00:00:00Z"}}}"#
    private static let key =
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKYy6mNdx/cPv88SJoOqv5cctL2ba35eqeweZb+D2"
        + "u44Lu3ipSsnN5iko5ieEOkmqwPv+vtpShNw0gM5PQ681HA=="

    private func checks(_ lines: [String], require: String) throws -> [RequiredChecks] {
        var draft = TrustFileDraft()
        draft["roots"] = #"[{"name":"public","file":"root.json","require":\#(require)}]"#
        let (ada, bob) = (try Signers().ada.publicKey.pem, try Signers().bob.publicKey.pem)
        return try draft.read().vendorTrust { name in
            switch name {
            case "ada.pub": ada
            case "bob.pub": bob
            default: Array(lines.joined(separator: "\n").utf8)
            }
        }.roots.map(\.requires)
    }

    @Test func `a nought for one instance of a file is none for another`() throws {
        let both = try checks([Self.line, Self.empty], require: #"{"tlog":0,"sct":0}"#)
        #expect(both.map(\.tlog) == [1, 0] && both.map(\.sct) == [1, 0])
        let alone = try checks([Self.line], require: #"{"tlog":0,"sct":0}"#)
        #expect(alone.map(\.tlog) == [0] && alone.map(\.sct) == [0])
        let more = try checks([Self.line, Self.empty], require: #"{"tlog":2,"sct":0}"#)
        #expect(more.map(\.tlog) == [2, 2])
        let error = #expect(throws: TrustFileError.self) {
            try checks([Self.line, Self.empty], require: "{}")
        }
        #expect(error?.reason == "policy.root")
    }
}
