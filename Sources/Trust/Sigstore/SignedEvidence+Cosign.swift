import LibCrypto
import StrictJSON

extension SignedEvidence {
    /// Reads one layer of an image's signature tag, `sha256-<hex>.sig`.
    ///
    /// sigstore/cosign, specs/SIGNATURE_SPEC.md. The annotation with a chain is not read: an anchor comes from the
    /// trusted root alone.
    package init(
        imageSignature payload: [UInt8], annotations: [String: String], name: String
    ) throws(EvidenceFault) {
        guard payload.count <= Self.payloadLimit else { throw Self.tooLarge(payload.count, name) }
        guard let text = annotations["dev.cosignproject.cosign/signature"], !text.isEmpty else {
            throw EvidenceFault(.format, "\(name): expected an annotation with the signature, found none")
        }
        try self.init(
            name: name, format: .imageSignature,
            content: .simpleSigning(payload: payload, signature: Self.base64(text, "\(name): the signature")),
            signer: Self.signer(annotations, name), entries: Self.entries(annotations, name),
            timestamps: Self.timestamps(annotations, name))
    }

    /// Reads one layer of an image's attestation tag, `sha256-<hex>.att`.
    package init(
        attestation envelope: [UInt8], annotations: [String: String], name: String
    ) throws(EvidenceFault) {
        try self.init(
            name: name, format: .attestation,
            content: .envelope(DSSEEnvelope(EvidenceNode(json: envelope, name: name))),
            signer: Self.signer(annotations, name), entries: Self.entries(annotations, name),
            timestamps: Self.timestamps(annotations, name), envelopeBytes: envelope)
    }

    /// Reads what `cosign sign-blob --bundle` wrote before there were Sigstore bundles.
    package init(blobBundle json: [UInt8], name: String) throws(EvidenceFault) {
        try self.init(blobBundle: EvidenceNode(json: json, name: name), name: name)
    }

    init(blobBundle node: EvidenceNode, name: String) throws(EvidenceFault) {
        try node.allow(["base64Signature", "cert", "rekorBundle"])
        let entry = try node.optional("rekorBundle").map { node throws(EvidenceFault) in
            try LogEntry(rekorBundle: node)
        }
        let signer = try node.optional("cert").map { node throws(EvidenceFault) in try node.string() } ?? ""
        try self.init(
            name: name, format: .blobBundle,
            content: .message(signature: node.member("base64Signature").bytes(), digest: nil),
            signer: signer.isEmpty ? .unnamed : Self.signer(pem: [UInt8](signer.utf8), name),
            entries: entry.map { [$0] } ?? [])
    }

    /// Reads a bundle of either kind, told apart by what it holds.
    package init(json: [UInt8], name: String) throws(EvidenceFault) {
        let node = try EvidenceNode(json: json, name: name)
        let isLegacy = try node.optional("base64Signature") != nil
        if isLegacy, try node.optional("mediaType") == nil {
            try self.init(blobBundle: node, name: name)
        } else {
            try self.init(bundle: node, name: name)
        }
    }

    private static let payloadLimit = 1 << 20

    private static func tooLarge(_ count: Int, _ name: String) -> EvidenceFault {
        EvidenceFault(.format, "\(name): expected at most \(payloadLimit) bytes, found \(count)")
    }

    private static func signer(_ annotations: [String: String], _ name: String) throws(EvidenceFault)
        -> Signer
    {
        guard let text = annotations["dev.sigstore.cosign/certificate"], !text.isEmpty else {
            return .unnamed
        }
        return try signer(pem: [UInt8](text.utf8), name)
    }

    private static func entries(_ annotations: [String: String], _ name: String) throws(EvidenceFault)
        -> [LogEntry]
    {
        guard let text = annotations["dev.sigstore.cosign/bundle"], !text.isEmpty else { return [] }
        return [
            try LogEntry(
                rekorBundle: EvidenceNode(json: [UInt8](text.utf8), name: "\(name): the log's bundle"))
        ]
    }

    private static func timestamps(
        _ annotations: [String: String], _ name: String
    ) throws(EvidenceFault) -> [[UInt8]] {
        guard let text = annotations["dev.sigstore.cosign/rfc3161timestamp"], !text.isEmpty else { return [] }
        return [try timestamp([UInt8](text.utf8), name)]
    }

    /// cosign's own wrapping of a response, or the response itself.
    static func timestamp(_ bytes: [UInt8], _ name: String) throws(EvidenceFault) -> [UInt8] {
        guard bytes.first == UInt8(ascii: "{") else { return bytes }
        let node = try EvidenceNode(json: bytes, name: "\(name): the timestamp")
        try node.allow(["SignedRFC3161Timestamp"])
        return try node.member("SignedRFC3161Timestamp").bytes()
    }

    static func base64(_ text: String, _ name: String) throws(EvidenceFault) -> [UInt8] {
        do throws(Base64Error) {
            return try Base64.decode(text)
        } catch {
            throw EvidenceFault(.base64, "\(name) is not base64: \(error)")
        }
    }
}

extension LogEntry {
    /// Reads the log's answer as cosign keeps it: a promise over four members and no proof.
    init(rekorBundle node: EvidenceNode) throws(EvidenceFault) {
        try node.allow(["SignedEntryTimestamp", "Payload"])
        let payload = try node.member("Payload")
        try payload.allow(["body", "integratedTime", "logIndex", "logID"])
        let id = try payload.member("logID").string()
        guard let logID = [UInt8](hex: id) else { throw payload.shape("a logID in hex", found: quoted(id)) }
        let text = try payload.member("body").string()
        let body = try payload.decoded(text)
        // The promise is over this text, so a second spelling of the same bytes is not the one that was signed.
        guard Base64.encode(body).hasBytes(of: text) else {
            throw EvidenceFault(.base64, "the log entry's body: expected base64 in its one padded spelling")
        }
        self.init(
            logID: logID, logIndex: try payload.integer("logIndex"), kind: nil,
            integratedTime: try payload.integer("integratedTime"),
            promise: try node.member("SignedEntryTimestamp").bytes(), proof: nil, body: body)
    }
}
