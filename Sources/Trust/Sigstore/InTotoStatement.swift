import LibCrypto
package import StrictJSON

/// A claim about named contents: what it is about, of which kind it is, and what it says.
///
/// in-toto/attestation, spec/v1/statement.md; the older v0.1 has the same members.
package struct InTotoStatement: Hashable, Sendable {
    package struct Subject: Hashable, Sendable {
        package let name: String?
        /// Hex digests by the algorithm's name.
        package let digests: [String: String]
        /// What its signer added, as far as it is text; cosign 3 keeps `-a key=value` here.
        package let annotations: [String: String]
    }

    package let predicateType: String
    package let subjects: [Subject]
    package let predicate: JSONValue?

    private static let types = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]

    private static let known = KnownMembers(
        ["_type", "type", "predicateType", "predicate", "predicate_type"],
        objects: [
            "subject": KnownMembers([
                "name", "uri", "digest", "content", "downloadLocation", "mediaType", "annotations",
            ])
        ])

    /// Reads a payload; whoever does has checked its signature over the same bytes.
    init(json: [UInt8], name: String) throws(EvidenceFault) {
        let node = try EvidenceNode(json: json, name: name)
        try node.refuseOtherCase(of: Self.known)
        let type = try node.member("_type").string()
        guard Self.types.contains(where: { $0.hasBytes(of: type) }) else {
            throw EvidenceFault(
                .format, "\(name): expected an in-toto statement v1 or v0.1, found \(quoted(type))")
        }
        predicateType = try node.member("predicateType").string()
        predicate = try node.optional("predicate")?.value
        var subjects: [Subject] = []
        for node in try node.list("subject", limit: 1024) { subjects.append(try Self.subject(node)) }
        self.subjects = subjects
    }

    private static func subject(_ node: EvidenceNode) throws(EvidenceFault) -> Subject {
        let members = try node.member("digest").members()
        guard (1...32).contains(members.count) else {
            throw node.shape("1 to 32 digests", found: "\(members.count)")
        }
        var digests: [String: String] = [:]
        for member in members { digests[member.name] = try member.node.string() }
        var annotations: [String: String] = [:]
        for member in try node.optional("annotations")?.members() ?? [] {
            if case .string(let text) = member.node.value { annotations[member.name] = text }
        }
        return Subject(
            name: try node.optional("name").map { node throws(EvidenceFault) in try node.string() },
            digests: digests, annotations: annotations)
    }

    /// Refuses a statement without a subject that is the artifact.
    ///
    /// A subject is the artifact if they have a digest in common and all that they have in common agree.
    package func requireSubject(_ artifact: Artifact) throws(EvidenceFault) {
        guard subjects(for: artifact).isEmpty else { return }
        let known = Self.digests(of: artifact)
        let found = subjects.prefix(4).flatMap(\.digests).map { "\($0.key):\($0.value)" }.sorted()
        throw EvidenceFault(
            .digest,
            "the statement's subjects: expected "
                + (known.first.map { "\($0.name):\($0.hex)" } ?? "a known digest") + ", found "
                + (found.isEmpty ? "none" : found.map { quoted($0) }.joined(separator: ", ")))
    }

    /// The subjects that are the artifact; what the others say is about something else.
    package func subjects(for artifact: Artifact) -> [Subject] {
        let known = Self.digests(of: artifact)
        return subjects.filter { subject in
            let common = known.filter { subject.digests[$0.name] != nil }
            return !common.isEmpty
                && common.allSatisfy { subject.digests[$0.name]?.hasBytes(of: $0.hex) ?? false }
        }
    }

    private static func digests(of artifact: Artifact) -> [(name: String, hex: String)] {
        HashAlgorithm.allCases.compactMap { algorithm in
            artifact.digest(algorithm).map { (name: algorithm.inTotoName, hex: $0.hex) }
        }
    }

    /// Refuses a statement of another kind than asked for: a signed list of parts is no proof of a build.
    package func require(predicateType accepted: [String]) throws(EvidenceFault) {
        guard accepted.contains(where: { $0.hasBytes(of: predicateType) }) else {
            throw EvidenceFault(
                .predicate,
                "the statement's predicate type: expected \(accepted.joined(separator: " or ")), found "
                    + quoted(predicateType))
        }
    }
}

extension InTotoStatement {
    /// The type under which cosign signs an image as a statement.
    package static let cosignSign = "https://sigstore.dev/cosign/sign/v1"

    /// The types that a short name stands for, as cosign has them; any other text is a type itself.
    package static func predicateTypes(named name: String) -> [String] {
        switch name {
        case "slsaprovenance": ["https://slsa.dev/provenance/v0.2"]
        case "slsaprovenance02": ["https://slsa.dev/provenance/v0.2"]
        case "slsaprovenance1": ["https://slsa.dev/provenance/v1"]
        case "spdx", "spdxjson": ["https://spdx.dev/Document"]
        case "cyclonedx": ["https://cyclonedx.org/bom"]
        case "openvex": ["https://openvex.dev/ns"]
        case "vuln": ["https://cosign.sigstore.dev/attestation/vuln/v1"]
        case "link": ["https://in-toto.io/Link/v1"]
        case "custom": ["https://cosign.sigstore.dev/attestation/v1"]
        default: [name]
        }
    }
}

extension HashAlgorithm {
    /// The name that statements and log entries use.
    var inTotoName: String {
        switch self {
        case .sha256: "sha256"
        case .sha384: "sha384"
        case .sha512: "sha512"
        }
    }
}
