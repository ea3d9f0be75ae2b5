import Glibc
import LibCrypto

@testable import Trust

/// The committed root, artifact and signature, so that inputs which are near good ones get far.
enum Sample {
    static let root: TrustedRoot = {
        guard let root = try? TrustedRoot.read(file("trusted_root.json"), name: "root").first else {
            fatalError("the sample's root is not readable")
        }
        return root
    }()

    static let artifact = Artifact(bytes: file("blobs/artifact.txt"))

    static let verifier: EvidenceVerifier = {
        guard let checks = try? RequiredChecks(for: root) else {
            fatalError("the sample's root asks for nothing")
        }
        return EvidenceVerifier(
            roots: [RequiredRoot(name: "sample", root: root, requires: checks)], keys: [])
    }()

    /// What the seeds of timestamps are made over.
    static let signature: [UInt8] = {
        guard
            let evidence = try? SignedEvidence(
                bundle: file("blobs/rekor2/bundle.sigstore.json"), name: "sample")
        else { fatalError("the sample's bundle is not readable") }
        return evidence.signature
    }()

    private static func file(_ name: String) -> [UInt8] {
        guard let folder = getenv("FUZZ_SAMPLE"), let file = fopen(String(cString: folder) + "/" + name, "rb")
        else { fatalError("\(name): not found in the folder that FUZZ_SAMPLE names") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return [UInt8](bytes[..<count])
    }
}
