/// A payload with its type and one signature over both.
///
/// An envelope with several signatures is refused: which of them a log entry or a timestamp belongs to would be
/// open.
///
/// secure-systems-lab/dsse v1.0.2, envelope.md and protocol.md.
package struct DSSEEnvelope: Hashable, Sendable {
    package static let payloadType = "application/vnd.in-toto+json"

    package let payload: [UInt8]
    package let signature: [UInt8]

    init(payload: [UInt8], signature: [UInt8]) {
        self.payload = payload
        self.signature = signature
    }

    init(_ node: EvidenceNode) throws(EvidenceFault) {
        try node.allow(["payload", "payloadType", "signatures"])
        let type = try node.member("payloadType").string()
        guard type.hasBytes(of: Self.payloadType) else {
            throw EvidenceFault(
                .format, "the envelope's payload type: expected \(Self.payloadType), found \(quoted(type))")
        }
        let signatures = try node.list("signatures", limit: 32)
        guard let signature = signatures.first, signatures.count == 1 else {
            throw EvidenceFault(
                .format, "the envelope's signatures: expected exactly one, found \(signatures.count)")
        }
        try signature.allow(["sig", "keyid"])
        payload = try node.member("payload").bytes()
        self.signature = try signature.member("sig").bytes()
    }

    /// The bytes that are signed: the type and the payload, each behind its length.
    var signedBytes: [UInt8] {
        let type = Self.payloadType
        return [UInt8]("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
    }
}
