import LibCrypto
import StrictJSON

extension SignedEvidence {
    /// Reads a Sigstore bundle, v0.1 to v0.3.
    ///
    /// sigstore/protobuf-specs, protos/sigstore_bundle.proto, "Bundle".
    package init(bundle json: [UInt8], name: String) throws(EvidenceFault) {
        try self.init(bundle: EvidenceNode(json: json, name: name), name: name)
    }

    init(bundle node: EvidenceNode, name: String) throws(EvidenceFault) {
        let type = try node.member("mediaType").string()
        guard let format = Self.bundleFormats.first(where: { $0.type.hasBytes(of: type) })?.format else {
            throw EvidenceFault(
                .format, "\(name): expected a Sigstore bundle v0.1 to v0.3, found \(quoted(type))")
        }
        try node.allow(["mediaType", "verificationMaterial", "messageSignature", "dsseEnvelope"])
        let material = try node.member("verificationMaterial")
        try material.allow([
            "publicKey", "certificate", "x509CertificateChain", "tlogEntries", "timestampVerificationData",
        ])
        let content = try node.one(of: ["messageSignature", "dsseEnvelope"])
        var entries: [LogEntry] = []
        for entry in try material.list("tlogEntries", limit: Self.entryLimit) {
            entries.append(try LogEntry(entry))
        }
        try self.init(
            name: name, format: format,
            content: content.name == "dsseEnvelope"
                ? .envelope(DSSEEnvelope(content.node)) : Self.message(content.node),
            signer: Self.signer(material, format, name), entries: entries,
            timestamps: material.optional("timestampVerificationData").map(Self.timestamps) ?? [])
    }

    private static let bundleFormats: [(type: String, format: Format)] = [
        ("application/vnd.dev.sigstore.bundle+json;version=0.1", .bundleV01),
        ("application/vnd.dev.sigstore.bundle+json;version=0.2", .bundleV02),
        ("application/vnd.dev.sigstore.bundle+json;version=0.3", .bundleV03),
        ("application/vnd.dev.sigstore.bundle.v0.3+json", .bundleV03),
    ]

    private static func signer(
        _ material: EvidenceNode, _ format: Format, _ name: String
    ) throws(EvidenceFault) -> Signer {
        let kind = try material.one(of: ["publicKey", "certificate", "x509CertificateChain"])
        switch kind.name {
        case "publicKey":
            try kind.node.allow(["hint"])
            let hint = try kind.node.optional("hint").map { node throws(EvidenceFault) in try node.string() }
            return .hintedKey(hint ?? "")
        case "certificate":
            try kind.node.allow(["rawBytes"])
            return .certificate(try certificate(der: kind.node.member("rawBytes").bytes(), name))
        default:
            guard format != .bundleV03 else {
                throw EvidenceFault(
                    .format, "\(name): expected one certificate in a bundle v0.3, found a chain")
            }
            try kind.node.allow(["certificates"])
            return .certificate(try leaf(of: kind.node, name))
        }
    }

    /// The first certificate. The others prove nothing, but a root among them would be an anchor brought along.
    private static func leaf(of chain: EvidenceNode, _ name: String) throws(EvidenceFault) -> Certificate {
        var certificates: [Certificate] = []
        for node in try chain.list("certificates", limit: 16) {
            try node.allow(["rawBytes"])
            certificates.append(try certificate(der: node.member("rawBytes").bytes(), name))
        }
        guard let leaf = certificates.first else {
            throw EvidenceFault(.certificate, "\(name): expected a certificate, found an empty chain")
        }
        if let root = certificates.first(where: \.isSelfIssued) {
            throw EvidenceFault(
                .certificate,
                "\(name): expected no root certificate, found that of \(quoted(root.subjectText))")
        }
        return leaf
    }

    static func certificate(der: [UInt8], _ name: String) throws(EvidenceFault) -> Certificate {
        do throws(CertificateError) {
            return try Certificate(der: der)
        } catch {
            throw EvidenceFault(.certificate, "\(name): \(error)")
        }
    }

    private static func message(_ node: EvidenceNode) throws(EvidenceFault) -> Content {
        try node.allow(["messageDigest", "signature"])
        let digest = try node.optional("messageDigest").map { node throws(EvidenceFault) in
            try node.allow(["algorithm", "digest"])
            return ClaimedDigest(
                algorithm: try algorithm(node.member("algorithm")), bytes: try node.member("digest").bytes())
        }
        return .message(signature: try node.member("signature").bytes(), digest: digest)
    }

    // An enum is written by name or by number: sigstore_common.proto, "HashAlgorithm".
    private static func algorithm(_ node: EvidenceNode) throws(EvidenceFault) -> HashAlgorithm {
        switch node.value {
        case "SHA2_256", 1: return .sha256
        case "SHA2_384", 2: return .sha384
        case "SHA2_512", 3: return .sha512
        default: throw node.shape("SHA2_256, SHA2_384 or SHA2_512", found: "another algorithm")
        }
    }

    private static func timestamps(_ node: EvidenceNode) throws(EvidenceFault) -> [[UInt8]] {
        try node.allow(["rfc3161Timestamps"])
        var timestamps: [[UInt8]] = []
        for node in try node.list("rfc3161Timestamps", limit: timestampLimit) {
            try node.allow(["signedTimestamp"])
            timestamps.append(try node.member("signedTimestamp").bytes())
        }
        return timestamps
    }
}
