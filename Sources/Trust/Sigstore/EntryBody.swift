import LibCrypto
import StrictJSON

/// A log entry's body, for those kinds that cannot be made anew because they hash what the signer alone had.
struct EntryBody {
    let kind: EntryKind
    private let spec: EvidenceNode

    init(_ body: [UInt8]) throws(EvidenceFault) {
        do throws(EvidenceFault) {
            let node = try EvidenceNode(json: body, name: "the log entry's body")
            try node.allow(["apiVersion", "kind", "spec"])
            kind = EntryKind(try node.member("kind").string(), try node.member("apiVersion").string())
            spec = try node.member("spec")
        } catch {
            throw error.with(.entry)
        }
    }

    /// The certificate or key in a body of hashedrekord 0.0.1.
    func hashedRekordPEM() throws(EvidenceFault) -> [UInt8] {
        try reading { () throws(EvidenceFault) in
            try spec.member("signature").member("publicKey").member("content").bytes()
        }
    }

    /// sigstore/rekor, pkg/types/dsse/v0.0.1. The hash of the envelope is of a text that only the signer had, unless
    /// the evidence kept it.
    func checkDSSE(
        _ envelope: DSSEEnvelope, _ bytes: [UInt8]?, _ signed: SignedMessage
    ) throws(EvidenceFault) {
        try reading { () throws(EvidenceFault) in
            try spec.allow(["envelopeHash", "payloadHash", "signatures"])
            try Self.checkHash(spec.member("payloadHash"), of: envelope.payload, "payload")
            if let bytes { try Self.checkHash(spec.member("envelopeHash"), of: bytes, "envelope") }
            let signature = try Self.only(spec.list("signatures", limit: 32))
            try signature.allow(["signature", "verifier"])
            guard try signature.member("signature").bytes() == signed.signature else {
                throw Self.fault("is of another signature")
            }
            try Self.checkVerifier(signature.member("verifier").bytes(), signed)
        }
    }

    /// sigstore/rekor, pkg/types/intoto/v0.0.2. The signature is the base64 of the base64 in the envelope.
    func checkIntoto(
        _ envelope: DSSEEnvelope, _ bytes: [UInt8]?, _ signed: SignedMessage
    ) throws(EvidenceFault) {
        try reading { () throws(EvidenceFault) in
            try spec.allow(["content"])
            let content = try spec.member("content")
            try content.allow(["envelope", "hash", "payloadHash"])
            try Self.checkHash(content.member("payloadHash"), of: envelope.payload, "payload")
            if let bytes { try Self.checkHash(content.member("hash"), of: bytes, "envelope") }
            let logged = try content.member("envelope")
            try logged.allow(["payload", "payloadType", "signatures"])
            guard try logged.member("payloadType").string().hasBytes(of: DSSEEnvelope.payloadType) else {
                throw Self.fault("is of another payload type")
            }
            if let payload = try logged.optional("payload"),
                try Self.twiceDecoded(payload) != envelope.payload
            {
                throw Self.fault("is of another payload")
            }
            let signature = try Self.only(logged.list("signatures", limit: 32))
            try signature.allow(["sig", "publicKey", "keyid"])
            guard try Self.twiceDecoded(signature.member("sig")) == signed.signature else {
                throw Self.fault("is of another signature")
            }
            try Self.checkVerifier(signature.member("publicKey").bytes(), signed)
        }
    }

    private static func only(_ signatures: [EvidenceNode]) throws(EvidenceFault) -> EvidenceNode {
        guard let signature = signatures.first, signatures.count == 1 else {
            throw fault("expected exactly one signature, found \(signatures.count)")
        }
        return signature
    }

    private static func twiceDecoded(_ node: EvidenceNode) throws(EvidenceFault) -> [UInt8] {
        try node.decoded(String(decoding: node.bytes(), as: UTF8.self))
    }

    private static func checkHash(
        _ node: EvidenceNode, of bytes: [UInt8], _ what: String
    ) throws(EvidenceFault) {
        try node.allow(["algorithm", "value"])
        guard try node.member("algorithm").string().hasBytes(of: "sha256"),
            try node.member("value").string().hasBytes(of: SHA256.hash(bytes).hex)
        else { throw fault("is of another \(what)") }
    }

    private static func checkVerifier(_ pem: [UInt8], _ signed: SignedMessage) throws(EvidenceFault) {
        guard signed.verifier.isHeld(byPEM: pem) else { throw fault("is of another certificate or key") }
    }

    private func reading<Value>(_ read: () throws(EvidenceFault) -> Value) throws(EvidenceFault) -> Value {
        do throws(EvidenceFault) {
            return try read()
        } catch {
            throw error.with(.entry)
        }
    }

    static func fault(_ text: String) -> EvidenceFault {
        EvidenceFault(.entry, "the log entry: \(text)")
    }

    /// Says which part of the signature a body does not speak of.
    static func other(_ body: [UInt8], than signed: SignedMessage) -> EvidenceFault {
        let digests = signed.digests.flatMap { [$0.bytes.hex, Base64.encode($0.bytes)] }
        let material =
            switch signed.verifier {
            case .certificate(let certificate, _): certificate.der
            case .key(let key): key.spki
            }
        let verifiers = [Base64.encode(signed.verifier.pem), Base64.encode(material)]
        let missing = [
            ("digest", digests), ("signature", [Base64.encode(signed.signature)]),
            ("certificate or key", verifiers),
        ].filter { part in !part.1.contains { body.contains([UInt8]($0.utf8)) } }.map(\.0)
        return fault(
            missing.isEmpty
                ? "is not the record of this signature"
                : "is of another " + missing.joined(separator: " and "))
    }
}
