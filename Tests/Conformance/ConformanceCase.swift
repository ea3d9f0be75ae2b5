import Foundation
import LibCrypto
import Trust

/// One row of the manifest: what is verified, by what, and whether it is to hold.
struct ConformanceCase {
    let name: String
    let artifact: String
    let digest: String
    let bundle: String
    let trustedRoot: String
    let key: String
    let identity: String
    let issuer: String
    let isToHold: Bool

    /// How the artifact is given; the verdict must not depend on it.
    enum Form: CaseIterable {
        case bytes, digest
    }

    /// The instance that the suite means by "default": what sigstore/root-signing publishes for the public good.
    private static let defaultRoot = "trusted-roots/public-good.root-signing.json"

    init(row: [Substring]) throws {
        guard row.count == 9, ["pass", "fail"].contains(row[8]) else {
            throw ConformanceError(
                "the manifest: a row has \(row.count) columns, expected 9, the last pass or fail")
        }
        let text = row.map(String.init)
        (name, artifact, digest, bundle) = (text[0], text[1], text[2], text[3])
        (trustedRoot, key, identity, issuer) = (text[4], text[5], text[6], text[7])
        isToHold = text[8] == "pass"
    }

    /// Why the case is refused; `nil` if it holds.
    func fault(in folder: Folder, by form: Form) throws -> EvidenceFault? {
        let artifact = try artifact(in: folder, as: form)
        let json = try folder.read(bundle)
        let rootPath = trustedRoot == "default" ? Self.defaultRoot : trustedRoot
        let rootJSON = try folder.read(rootPath)
        let keyPEM = key.isEmpty ? nil : try folder.read(key)
        do throws(EvidenceFault) {
            try verify(artifact, json, rootJSON, keyPEM)
            return nil
        } catch {
            return error
        }
    }

    private func verify(
        _ artifact: Artifact, _ json: [UInt8], _ rootJSON: [UInt8], _ keyPEM: [UInt8]?
    ) throws(EvidenceFault) {
        var roots: [RequiredRoot] = []
        for root in try TrustedRoot.read(rootJSON, name: "trusted_root.json") {
            roots.append(
                RequiredRoot(name: "conformance", root: root, requires: try RequiredChecks(for: root)))
        }
        let evidence = try SignedEvidence(json: json, name: "bundle.sigstore.json")
        let verifier = EvidenceVerifier(roots: roots, keys: try keyPEM.map(Self.key).map { [$0] } ?? [])
        let verified = try verifier.verify(evidence, over: artifact)
        switch verified.signer {
        case .key:
            guard keyPEM != nil else { throw EvidenceFault(.key, "verified by a key, though none was given") }
        case .identity(let found, _):
            try found.requireSubject(described: identity) { $0 == identity }
            try found.requireIssuer(described: issuer) { $0 == issuer }
        }
    }

    private static func key(_ pem: [UInt8]) throws(EvidenceFault) -> TrustedKey {
        do throws(KeyError) {
            return TrustedKey(name: "key.pub", key: try VerificationKey(pem: pem), tlog: .required)
        } catch {
            throw EvidenceFault(.key, "key.pub: \(error)")
        }
    }

    private func artifact(in folder: Folder, as form: Form) throws -> Artifact {
        let bytes = try folder.read(artifact)
        let sha256 = SHA256.hash(bytes)
        guard digest == "sha256:" + sha256.map({ String(format: "%02x", $0) }).joined() else {
            throw ConformanceError("\(artifact): is not what the manifest says, \(digest)")
        }
        return form == .bytes ? Artifact(bytes: bytes) : Artifact(sha256: sha256)
    }
}

struct ConformanceError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// The folder that holds the suite.
struct Folder {
    let path: String

    func read(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path + "/" + name)))
    }

    /// The rows of a table below its head.
    static func rows(of path: String) throws -> [[Substring]] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst()
            .map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    }
}
