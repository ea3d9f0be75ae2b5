import CommandRunner
import Foundation
import Testing
import Trust

/// A trust file as a user meets it.
@Suite struct TrustFileCommandTests {
    private let place: Scratch

    init() throws {
        place = try Scratch()
    }

    /// Writes a trust file whose keys are those of the test data, beside it.
    private func trust(signers: String, more: String = "") throws -> String {
        for name in ["alice", "bob"] {
            let copy = "\(place.path)/\(name).pub"
            if !exists(copy) {
                try FileManager.default.copyItem(atPath: Sample.publicKey(name), toPath: copy)
            }
        }
        let path = place.path + "/trust.json"
        let keys = #"[{"name":"alice","file":"alice.pub"},{"name":"bob","file":"bob.pub"}]"#
        let text = #"{"version":1,"keys":\#(keys),"bundle-signers":\#(signers)\#(more)}"#
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    private let alice = #"{"threshold":1,"any-of":[{"key":"alice"}]}"#

    @Test func `a trust file says who may sign bundles`() throws {
        let good = try trust(signers: alice)
        let taken = try CommandRunner.cgbundle(["inspect", Sample.golden, "--trust", good])
        #expect(taken.status == 0, "\(taken.errors)")
        #expect(taken.output.contains("signed by  alice (sha256:"))
        let other = try trust(signers: #"{"threshold":1,"any-of":[{"key":"bob"}]}"#)
        let refused = try CommandRunner.cgbundle(["inspect", Sample.golden, "--trust", other])
        #expect(refused.status == 3)
        #expect(refused.errors.contains("[sig.nokey]"))
    }

    @Test func `a revoked signer of a trust file does not count`() throws {
        let id = try id(of: "alice")
        let file = try trust(signers: #"{"threshold":1,"any-of":[{"key":"alice"}],"revoked":["\#(id)"]}"#)
        let result = try CommandRunner.cgbundle(["verify", Sample.golden, "--trust", file])
        #expect(result.status == 3)
        #expect(result.errors.contains("[sig.revoked]"))
    }

    @Test func `what a revoked key alone signed no longer guards the record`() throws {
        let mirror = [
            "--layout", place.path + "/mirror", "--record", place.path + "/record", "--no-vendor-proof",
        ]
        let first = try SampleBundle(signers: ["alice"])
        let taken = try CommandRunner.cgbundle(
            ["import", first.file] + Sample.publicKeys(["alice"]) + mirror)
        #expect(taken.status == 0, "\(taken.errors)")
        // The same version with other content, which nothing but revocation lets through.
        let other = try SampleBundle(signers: ["bob"], options: ["--without-binaries"])
        let bob = #"{"threshold":1,"any-of":[{"key":"bob"}]"#
        let again = [
            "--layout", place.path + "/other", "--record", place.path + "/record", "--no-vendor-proof",
        ]
        let refused = try CommandRunner.cgbundle(
            ["import", other.file, "--trust", try trust(signers: bob + "}")] + again)
        #expect(refused.status == 6)
        #expect(refused.errors.contains("[equivocation]"))
        let revoked = try trust(signers: bob + #","revoked":["\#(try id(of: "alice"))"]}"#)
        let result = try CommandRunner.cgbundle(["import", other.file, "--trust", revoked] + again)
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("[state.revoked]"))
    }

    @Test(arguments: [["--key", Sample.publicKey("alice")], ["--threshold", "1"]])
    func `signers are named in one place`(options: [String]) throws {
        let file = try trust(signers: alice)
        let result = try CommandRunner.cgbundle(["verify", Sample.golden, "--trust", file] + options)
        #expect(result.status == 64)
        #expect(result.errors.contains("[trust.both]"))
    }

    @Test func `a trust file without signers needs a key beside it`() throws {
        let policies = #"[{"match":{"images":["ghcr.io/v/*"]},"any-of":[{"key":"bob"}]}]"#
        let path = try trust(signers: alice)
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacing(#""bundle-signers":\#(alice)"#, with: #""policies":\#(policies)"#)
        try Data(text.utf8).write(to: URL(filePath: path))
        let alone = try CommandRunner.cgbundle(["verify", Sample.golden, "--trust", path])
        #expect(alone.status == 64)
        #expect(alone.errors.contains("[trust.none]"))
        let result = try CommandRunner.cgbundle(
            ["inspect", Sample.golden, "--trust", path] + Sample.publicKeys(["alice"]))
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test func `trust check says what is accepted, and what is doubtful`() throws {
        let more = #","waivers":[{"object":"checksums.txt","reason":"known","until":"2020-01-01"}]"#
        let result = try CommandRunner.cgbundle(["trust", "check", try trust(signers: alice, more: more)])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("A bundle is accepted when one of these signed it:"))
        #expect(result.output.contains("the key alice (alice.pub)"))
        #expect(result.errors.contains("[policy.expired]"))
        #expect(result.errors.contains("the key bob is named by nobody [policy.unused]"))
    }

    @Test func `trust check says what the roots hold, and how old they are`() throws {
        let result = try CommandRunner.cgbundle(["trust", "check"] + Sample.trust.suffix(1))
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.output.contains("The root test-data is trusted_root.json: certificate authorities 1"))
        #expect(result.output.contains(" days ago: "))
        #expect(
            result.output.contains(
                "For image ghcr.io/cloudgrid-dev/*: a good signature of one of these is needed."))
    }

    @Test func `a root other than the pinned one is refused`() throws {
        let folder = Sample.folder + "/trust/"
        for name in ["trust.json", "trusted_root.json"] {
            try FileManager.default.copyItem(atPath: folder + name, toPath: "\(place.path)/\(name)")
        }
        let root = URL(filePath: place.path + "/trusted_root.json")
        try (Data(contentsOf: root) + Data(" ".utf8)).write(to: root)
        let result = try CommandRunner.cgbundle(["trust", "check", place.path + "/trust.json"])
        #expect(result.status == 3)
        #expect(result.errors.contains("[policy.pin]"))
    }

    @Test func `a root that is not there is told with the file that names it`() throws {
        try FileManager.default.copyItem(
            atPath: Sample.folder + "/trust/cloudgrid-release.json", toPath: place.path + "/policy.json")
        let result = try CommandRunner.cgbundle(["trust", "check", place.path + "/policy.json"])
        #expect(result.status == 9)
        #expect(result.errors.contains("\(place.path)/sigstore-public-good.json: cannot be opened"))
        #expect(result.errors.contains("(named by \(place.path)/policy.json) [file.open]"))
    }

    @Test func `a root that was emptied does not lower the bar`() throws {
        let root = place.path + "/root.json"
        let path = place.path + "/emptied.json"
        try Data(
            #"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":[]}"#
                .utf8
        ).write(to: URL(filePath: root))
        let signer =
            #"{"root":"r","certificate-oidc-issuer":"https://i","certificate-identity":"https://s"}"#
        let text =
            #"{"version":1,"roots":[{"name":"r","file":"root.json"}],"#
            + #""policies":[{"match":{"images":["*"]},"any-of":[\#(signer)]}]}"#
        try Data(text.utf8).write(to: URL(filePath: path))
        let result = try CommandRunner.cgbundle(["trust", "check", path])
        #expect(result.status == 3)
        #expect(result.errors.contains("[policy.root]"))
    }

    @Test(arguments: [
        (#"{"threshold":1,"any-of":[{"key":"eve"}]}"#, 3, "policy.reference"),
        (#"{"threshold":1,"any-of":[],"x":1}"#, 3, "policy.unknown"),
        (#"{"threshold":1,"threshold":1}"#, 4, "json.duplicate"),
    ])
    func `trust check refuses what is none`(signers: String, status: Int32, reason: String) throws {
        let file = try trust(signers: signers)
        let result = try CommandRunner.cgbundle(["trust", "check", file, "--format", "json"])
        #expect(result.status == status)
        #expect(result.output.contains("\"reason\": \"\(reason)\""))
    }

    @Test func `a key that cannot be read is told by trust check`() throws {
        let file = try trust(signers: alice)
        try Data("no key".utf8).write(to: URL(filePath: place.path + "/alice.pub"))
        let result = try CommandRunner.cgbundle(["trust", "check", file])
        #expect(result.status == 3)
        #expect(result.errors.contains("alice.pub") && result.errors.contains("[key.syntax]"))
    }

    @Test func `the example of the specification is read, and keeps the schema`() throws {
        let specification = CommandRunner.checkout + "/bundle-spec"
        let page = try String(contentsOfFile: specification + "/trust.md", encoding: .utf8)
        let examples = page.split(separator: "```json\n").dropFirst().compactMap {
            $0.split(separator: "\n```").first
        }
        #expect(examples.count == 1, "an example that no test reads")
        let example = Array(try #require(examples.first).utf8)
        let file = try TrustFile(json: example, name: "trust.json")
        #expect(file.policies.count == 2)
        let copy = place.path + "/example.json"
        try Data(example).write(to: URL(filePath: copy))
        let checked = try CommandRunner.run(
            "python3",
            [
                CommandRunner.checkout + "/Tests/SecondReader/check_schema.py",
                specification + "/trust.schema.json",
                copy,
            ])
        #expect(checked.status == 0, "\(checked.output)")
    }

    private func id(of name: String) throws -> String {
        let result = try CommandRunner.cgbundle([
            "inspect", Sample.golden, "--format", "json", "--key", Sample.publicKey(name),
        ])
        let match = try #require(result.output.firstMatch(of: /"signers": \[\s*"(sha256:[0-9a-f]{64})"/))
        return String(match.1)
    }
}
