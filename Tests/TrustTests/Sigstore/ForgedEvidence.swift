import CommandRunner
import Foundation
import LibCrypto
import Testing
import Trust

/// Evidence by a private Sigstore, good and bad, that `Tests/Forge/evidence.py` makes once for a whole run.
struct ForgedEvidence: Decodable, Sendable {
    struct Root: Decodable, Sendable {
        let root: String
        let tlog, sct, time: Int?
    }

    struct Key: Decodable, Sendable {
        let pem: String
        let from, to, tlog: String?
    }

    let name, form: String
    /// The words of which one has to be the refusal's; none where the evidence must hold.
    let reasons: [String]?
    let content, artifact: Data
    let certificate, timestamp: Data?
    let annotations: [String: String]
    let roots: [Root]
    let keys: [Key]
    let offline: Bool
    let predicate: String?

    /// Empty where the forge failed, which `made` tells.
    static let all: [ForgedEvidence] = (try? forge.get().cases) ?? []

    static func made() throws -> [ForgedEvidence] { try forge.get().cases }

    static let good = all.filter { $0.reasons == nil }
    static let bad = all.filter { $0.reasons != nil }

    static func named(_ name: String) throws -> ForgedEvidence {
        try #require(all.first { $0.name == name }, "the forge makes no evidence \(name)")
    }

    private struct Forge: Decodable {
        let roots: [String: String]
        let cases: [ForgedEvidence]
    }

    private static let forge = Result {
        let result = try CommandRunner.run(
            "python3", ["-B", CommandRunner.checkout + "/Tests/Forge/evidence.py"])
        guard result.status == 0 else { throw ForgeError(result.errors) }
        return try JSONDecoder().decode(Forge.self, from: Data(result.output.utf8))
    }
}

struct ForgeError: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

extension ForgedEvidence: CustomTestStringConvertible {
    var testDescription: String { name }
}

extension ForgedEvidence {
    /// Judges the evidence as a policy does: it has to hold, and its signer and predicate must be those asked for.
    func verify() throws(EvidenceFault) -> VerifiedSignature {
        let evidence = try evidence()
        let verifier = EvidenceVerifier(
            roots: try trustedRoots(), keys: try trustedKeys(), acceptsCertificates: keys.isEmpty)
        let verified = try verifier.verify(evidence, over: over)
        if case .identity(let identity, _) = verified.signer {
            try identity.requireSubject(described: Self.subject) { $0 == Self.subject }
            try identity.requireIssuer(described: Self.issuer) { $0 == Self.issuer }
        }
        if let predicate { try verified.statement?.require(predicateType: [predicate]) }
        return verified
    }

    /// Bytes where they are what is signed, a digest where it is an image's.
    var over: Artifact {
        ["image", "attestation"].contains(form)
            ? Artifact(sha256: SHA256.hash([UInt8](artifact))) : Artifact(bytes: [UInt8](artifact))
    }

    static let subject =
        "https://github.com/cloudgrid-dev/cloudgrid/.github/workflows/release.yml@refs/tags/v1.0.0-beta"
    static let issuer = "https://token.actions.githubusercontent.com"

    func evidence() throws(EvidenceFault) -> SignedEvidence {
        let content = [UInt8](content)
        switch form {
        case "bundle": return try SignedEvidence(json: content, name: "evidence")
        case "image":
            return try SignedEvidence(imageSignature: content, annotations: annotations, name: "evidence")
        case "attestation":
            return try SignedEvidence(attestation: content, annotations: annotations, name: "evidence")
        default:
            return try SignedEvidence(
                signature: content, certificate: certificate.map { [UInt8]($0) },
                timestamp: timestamp.map { [UInt8]($0) }, name: "evidence")
        }
    }

    func trustedRoots() throws(EvidenceFault) -> [RequiredRoot] {
        var required: [RequiredRoot] = []
        for wanted in roots {
            for root in try TrustedRoot.read(Self.json(ofRoot: wanted.root), name: wanted.root) {
                let checks = try RequiredChecks(
                    for: root, tlog: wanted.tlog, sct: wanted.sct, time: wanted.time)
                required.append(RequiredRoot(name: wanted.root, root: root, requires: checks))
            }
        }
        return required
    }

    static func json(ofRoot name: String) -> [UInt8] {
        [UInt8](((try? forge.get())?.roots[name] ?? "").utf8)
    }

    private func trustedKeys() throws(EvidenceFault) -> [TrustedKey] {
        var trusted: [TrustedKey] = []
        for key in keys {
            do throws(KeyError) {
                trusted.append(
                    TrustedKey(
                        name: "key \(trusted.count)", key: try VerificationKey(pem: [UInt8](key.pem.utf8)),
                        validFrom: key.from.flatMap { Timestamp($0) },
                        validTo: key.to.flatMap { Timestamp($0) },
                        tlog: key.tlog == "required" ? .required : .optional))
            } catch {
                throw EvidenceFault(.key, "\(error)")
            }
        }
        return trusted
    }
}
