import CommandRunner
import Foundation
import LibCrypto
import StrictJSON
import Testing
import Trust

/// Signatures by keys alone, which need neither certificate nor root.
@Suite struct KeyEvidenceTests {
    let content = bytes("content")

    private func trusted(_ key: PrivateKey, _ name: String = "vendor") -> TrustedKey {
        TrustedKey(name: name, key: VerificationKey(key.publicKey))
    }

    private func detached(_ signature: [UInt8]) throws(EvidenceFault) -> SignedEvidence {
        try SignedEvidence(signature: signature, name: "content.sig")
    }

    @Test func `a signature is verified by the key that it is of, and the result names the key`() throws {
        let (ada, bob) = (try PrivateKey.generate(.ecdsaP256), try PrivateKey.generate(.ed25519))
        let verifier = EvidenceVerifier(roots: [], keys: [trusted(bob, "bob"), trusted(ada, "ada")])
        let verified = try verifier.verify(detached(try ada.sign(content)), over: Artifact(bytes: content))
        #expect(verified.signer == .key(name: "ada", KeyID(of: ada.publicKey)))
        #expect(verified.checks == [.digest, .signature])
        #expect(verified.format == .detached)
    }

    @Test func `a signature file may be in base64 in any lines, or raw`() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let signature = try key.sign(content)
        let verifier = EvidenceVerifier(roots: [], keys: [trusted(key)])
        let text = Base64.encode(signature)
        for file in [
            bytes(text), bytes(text + "\n"), bytes(" \t" + text.prefix(10) + "\r\n" + text.dropFirst(10)),
            signature,
        ] {
            _ = try verifier.verify(detached(file), over: Artifact(bytes: content))
        }
        #expect(fault { () throws(EvidenceFault) in _ = try detached([]) }?.reason == .signature)
        #expect(fault { () throws(EvidenceFault) in _ = try detached(bytes("\n")) }?.reason == .signature)
    }

    @Test func `an Ed25519 signature needs the bytes, and a digest alone leaves it open`() throws {
        let key = try PrivateKey.generate(.ed25519)
        let verifier = EvidenceVerifier(roots: [], keys: [trusted(key)])
        let signature = try key.sign(content)
        _ = try verifier.verify(detached(signature), over: Artifact(bytes: content))
        let found = fault { () throws(EvidenceFault) in
            _ = try verifier.verify(detached(signature), over: Artifact(sha256: SHA256.hash(content)))
        }
        #expect(found?.reason == .signature)
        #expect(found?.state == .unverifiableOffline)
    }

    @Test func `a P-384 signature over SHA-384 is open where only SHA-256 is known`() throws {
        let folder = CommandRunner.checkout + "/testdata/trust/blobs/"
        func file(_ name: String) throws -> [UInt8] {
            [UInt8](try Data(contentsOf: URL(filePath: folder + name)))
        }
        let key = try VerificationKey(pem: file("../../keys/vendor-p384.pub"))
        let verifier = EvidenceVerifier(roots: [], keys: [TrustedKey(name: "p384", key: key)])
        let artifact = try file("artifact.txt")
        let long = try detached(file("key-p384-detached/artifact.sig"))
        let short = try detached(file("key-p384-detached-sha256/artifact.sig"))
        let sha256 = Artifact(sha256: SHA256.hash(artifact))
        _ = try verifier.verify(short, over: sha256)
        let found = fault { () throws(EvidenceFault) in _ = try verifier.verify(long, over: sha256) }
        #expect(found?.reason == .signature)
        #expect(found?.state == .unverifiableOffline)
        let digests = Dictionary(uniqueKeysWithValues: HashAlgorithm.allCases.map { ($0, $0.hash(artifact)) })
        _ = try verifier.verify(long, over: Artifact(digests: digests))
    }

    @Test func `evidence without anything to judge it by is open and not bad`() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let artifact = Artifact(bytes: content)
        let bare = try detached(key.sign(content))
        let nobody = EvidenceVerifier(roots: [], keys: [])
        let found = fault { () throws(EvidenceFault) in _ = try nobody.verify(bare, over: artifact) }
        #expect(found?.reason == .certificate)
        #expect(found?.state == .unverifiableOffline)
        let hinted = try SignedEvidence(
            json: SigstoreBundle(signing: content, with: key).json, name: "bundle")
        let second = fault { () throws(EvidenceFault) in _ = try nobody.verify(hinted, over: artifact) }
        #expect(second?.reason == .key)
        #expect(second?.state == .unverifiableOffline)
    }

    @Test func `a bundle that this program writes is evidence too`() throws {
        for key in [try PrivateKey.generate(.ecdsaP256), try PrivateKey.generate(.ed25519)] {
            let evidence = try SignedEvidence(
                json: SigstoreBundle(signing: content, with: key).json, name: "bundle")
            #expect(evidence.format == .bundleV03)
            let verifier = EvidenceVerifier(roots: [], keys: [trusted(key)])
            _ = try verifier.verify(evidence, over: Artifact(bytes: content))
            let other = Artifact(bytes: bytes("other"))
            #expect(
                fault { () throws(EvidenceFault) in _ = try verifier.verify(evidence, over: other) }?.reason
                    == .digest)
        }
    }

    @Test func `what a fault says is fit for a terminal`() throws {
        let hostile = #"{"mediaType":"\#u{1b}[2J\#u{202e}evil"}"#
        let found = fault { () throws(EvidenceFault) in
            _ = try SignedEvidence(json: bytes(hostile), name: "x")
        }
        #expect(found.map { $0.text.utf8.allSatisfy { (0x20...0x7e).contains($0) } } == true)
    }
}
