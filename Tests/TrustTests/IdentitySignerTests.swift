import Foundation
import LibCrypto
import Testing
import Trust

/// Bundles that are signed with a certificate, as `cosign sign-blob` does.
@Suite struct IdentitySignerTests {
    private static let trust =
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path + "/testdata/trust"
    private static let issuer = "https://token.actions.githubusercontent.com"
    private static let workflow = "https://github.com/cloudgrid-dev/cloudgrid/.github/workflows/release.yml@"

    private static func bytes(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(filePath: trust + "/" + path)))
    }

    private let message = Result { try bytes("blobs/artifact.txt") }

    private func file(_ name: String) throws -> SignatureFile {
        SignatureFile(name: name, bytes: try Self.bytes("blobs/\(name)/bundle.sigstore.json"))
    }

    private func pin(_ subject: String, issuer: String = issuer) throws -> IdentityPin {
        IdentityPin(root: "test", issuer: .exact(issuer), subject: .pattern(try TextPattern(subject)))
    }

    private func policy(
        _ pins: [IdentityPin], keys: [PublicKey] = [], threshold: Int? = nil
    ) throws -> SignerPolicy {
        let root = try TrustedRoot.read(try Self.bytes("trusted_root.json"), name: "root")[0]
        let required = RequiredRoot(name: "test", root: root, requires: try RequiredChecks(for: root))
        return try SignerPolicy(keys: keys, identities: pins, roots: [required], threshold: threshold)
    }

    @Test(arguments: ["bundle-v0.3", "rekor2"])
    func `an identity that is pinned signs`(name: String) throws {
        let policy = try policy([try pin("^\(Self.workflow)refs/tags/v.*$")])
        let verified = try policy.verify(try message.get(), signatures: [try file(name)])
        let signer = "identity \(Self.workflow)refs/tags/v1.0.0-beta by \(Self.issuer)"
        #expect(verified.signers.map(\.description) == [signer])
        #expect(BundleSigner(signer) == verified.signers[0])
    }

    @Test func `an identity that is not pinned does not count`() throws {
        let policy = try policy([try pin("^https://github.com/other/.*$")])
        let error = #expect(throws: TrustError.self) {
            try policy.verify(try message.get(), signatures: [try file("bundle-v0.3")])
        }
        #expect(error?.reason == "vendor.identity")
        #expect(error?.kind == .trust)
    }

    @Test func `a signature by certificate over other bytes does not count`() throws {
        let policy = try policy([try pin("^\(Self.workflow)")])
        let error = #expect(throws: TrustError.self) {
            try policy.verify(try message.get() + [0x0A], signatures: [try file("bundle-v0.3")])
        }
        #expect(error?.reason == "vendor.digest")
    }

    @Test func `one identity counts once, though it signs twice and fits two pins`() throws {
        let pins = try [pin("^\(Self.workflow)"), pin("release")]
        let files = try [file("bundle-v0.3"), file("rekor2")]
        #expect(
            try policy(pins, threshold: 1).verify(try message.get(), signatures: files).signers.count == 1)
        let error = #expect(throws: TrustError.self) {
            try policy(pins, threshold: 2).verify(try message.get(), signatures: files)
        }
        #expect(error?.reason == "sig.threshold")
    }

    @Test func `two identities stand for two pins in whatever order they fit`() throws {
        let pins = try [pin("release"), pin("^\(Self.workflow)refs/heads/next$")]
        for names in [["bundle-v0.3", "branch"], ["branch", "bundle-v0.3"]] {
            let files = try names.map(file)
            #expect(
                try policy(pins, threshold: 2).verify(try message.get(), signatures: files).signers.count == 2
            )
        }
    }

    @Test func `a key and an identity meet a threshold together`() throws {
        let signers = try Signers()
        let files = try [file("bundle-v0.3"), signers.ada.file(try message.get(), name: "key")]
        let policy = try policy([try pin("^\(Self.workflow)")], keys: [signers.ada.publicKey])
        let verified = try policy.verify(try message.get(), signatures: files)
        #expect(verified.signers.map { $0.key } == [signers.ada.id, nil])
        #expect(throws: TrustError.self) { try policy.verify(try message.get(), signatures: [files[0]]) }
        #expect(throws: TrustError.self) { try policy.verify(try message.get(), signatures: [files[1]]) }
    }

    @Test func `a certificate counts for nothing where only keys are pinned`() throws {
        let signers = try Signers()
        let policy = try SignerPolicy(keys: [signers.ada.publicKey])
        #expect(throws: TrustError.self) {
            try policy.verify(try message.get(), signatures: [try file("bundle-v0.3")])
        }
    }

    @Test(arguments: [
        ("bundle-v0.1", "bundle.sigstore.json"), ("bundle-v0.2", "bundle.sigstore.json"),
        ("attestation", "bundle.sigstore.json"), ("legacy-bundle", "artifact.bundle"),
    ])
    func `a form that no bundle has does not count, though it is good`(name: String, file: String) throws {
        let bytes = try Self.bytes("blobs/\(name)/\(file)")
        let policy = try policy([try pin("^\(Self.workflow)refs/tags/v.*$")])
        let error = #expect(throws: TrustError.self) {
            try policy.verify(try message.get(), signatures: [SignatureFile(name: name, bytes: bytes)])
        }
        #expect(["signature.unsupported", "vendor.json"].contains(error?.reason))
    }
}
