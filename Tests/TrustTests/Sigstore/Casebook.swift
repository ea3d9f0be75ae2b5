import CommandRunner
import Foundation
import LibCrypto
import Testing
import Trust

/// A row of `testdata/trust/blobs/cases.tsv`: a single signature, how it is to be verified, and what comes out.
struct CasebookRow: Sendable {
    let name, artifact, root, signer, require, predicate, verdict, reason: String

    private static let folder = CommandRunner.checkout + "/testdata/trust/blobs"

    static let all: [CasebookRow] = (try? made()) ?? []

    static func made() throws -> [CasebookRow] {
        try String(contentsOfFile: folder + "/cases.tsv", encoding: .utf8).split(separator: "\n").dropFirst()
            .map {
                let row = $0.split(separator: "\t").map(String.init)
                try #require(row.count == 10)
                return CasebookRow(
                    name: row[0], artifact: row[1], root: row[3], signer: row[4], require: row[5],
                    predicate: row[6],
                    verdict: row[7], reason: row[8])
            }
    }

    static func named(_ name: String) throws -> CasebookRow {
        try #require(try made().first { $0.name == name }, "the casebook has no \(name)")
    }

    private func file(_ name: String) -> [UInt8]? {
        (try? Data(contentsOf: URL(filePath: "\(Self.folder)/\(name)"))).map { [UInt8]($0) }
    }

    private func part(_ name: String) -> [UInt8]? { file("\(self.name)/\(name)") }
}

extension CasebookRow: CustomTestStringConvertible {
    var testDescription: String { name }
}

extension CasebookRow {
    func verify() throws(EvidenceFault) -> VerifiedSignature {
        let evidence = try evidence()
        let isByKey = signer != "workflow"
        let verifier = EvidenceVerifier(
            roots: try roots(), keys: isByKey ? try [key()] : [], acceptsCertificates: !isByKey)
        let content = file(artifact) ?? []
        let verified = try verifier.verify(
            evidence,
            over: artifact == "image.json" ? Artifact(sha256: SHA256.hash(content)) : Artifact(bytes: content)
        )
        if case .identity(let identity, _) = verified.signer { try Self.require(identity) }
        if predicate != "-" { try verified.statement?.require(predicateType: [predicate]) }
        return verified
    }

    /// What `testdata/trust/trust.json` asks for at the sample's version.
    private static func require(_ identity: CertificateIdentity) throws(EvidenceFault) {
        let repository = "https://github.com/cloudgrid-dev/cloudgrid"
        let ref = "refs/tags/v1.0.0-beta"
        let subject = "\(repository)/.github/workflows/release.yml@\(ref)"
        let issuer = "https://token.actions.githubusercontent.com"
        try identity.requireSubject(described: subject) { $0 == subject }
        try identity.requireIssuer(described: issuer) { $0 == issuer }
        try identity.require(.sourceRepository, described: repository) { $0 == repository }
        let commit = "0123456789abcdef0123456789abcdef01234567"
        try identity.require(.sourceDigest, described: commit) { $0 == commit }
        try identity.require(.sourceRef, described: ref) { $0 == ref }
        try identity.require(.runnerEnvironment, described: "github-hosted") { $0 == "github-hosted" }
    }

    func evidence() throws(EvidenceFault) -> SignedEvidence {
        if let json = part("bundle.sigstore.json") ?? part("artifact.bundle") {
            return try SignedEvidence(json: json, name: name)
        }
        let annotations = part("annotations.json").flatMap {
            try? JSONDecoder().decode([String: String].self, from: Data($0))
        }
        if let payload = part("payload.json") {
            return try SignedEvidence(imageSignature: payload, annotations: annotations ?? [:], name: name)
        }
        if let envelope = part("envelope.json") {
            return try SignedEvidence(attestation: envelope, annotations: annotations ?? [:], name: name)
        }
        return try SignedEvidence(
            signature: part("artifact.sig") ?? [], certificate: part("artifact.pem"),
            timestamp: part("artifact.tsr"),
            name: name)
    }

    private func asked(_ check: String) -> Int? {
        require.split(separator: " ").first { $0.hasPrefix(check + "=") }.flatMap {
            Int($0.dropFirst(check.count + 1))
        }
    }

    private func roots() throws(EvidenceFault) -> [RequiredRoot] {
        var roots: [RequiredRoot] = []
        for instance in try TrustedRoot.read(file(root) ?? [], name: root) {
            let checks = try RequiredChecks(
                for: instance, tlog: asked("tlog"), sct: asked("sct"), time: asked("time"))
            roots.append(RequiredRoot(name: "test-data", root: instance, requires: checks))
        }
        return roots
    }

    private func key() throws(EvidenceFault) -> TrustedKey {
        do throws(KeyError) {
            return TrustedKey(
                name: signer, key: try VerificationKey(pem: file(signer) ?? []),
                tlog: asked("tlog") ?? 0 > 0 ? .required : .optional)
        } catch {
            throw EvidenceFault(.key, "\(error)")
        }
    }
}
