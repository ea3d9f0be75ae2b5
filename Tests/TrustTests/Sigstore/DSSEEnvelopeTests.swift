import StrictJSON
import Testing

@testable import Trust

@Suite struct DSSEEnvelopeTests {
    private static let good =
        #"{"payload":"aGVsbG8=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"c2ln","keyid":""}]}"#

    private func envelope(_ json: String) throws(EvidenceFault) -> DSSEEnvelope {
        try DSSEEnvelope(EvidenceNode(json: bytes(json), name: "envelope"))
    }

    @Test func `type and payload are signed behind their lengths in bytes`() throws {
        let envelope = try envelope(Self.good)
        #expect(envelope.signedBytes == bytes("DSSEv1 28 application/vnd.in-toto+json 5 hello"))
        #expect(envelope.signature == bytes("sig"))
    }

    @Test(arguments: [
        (#"[{"sig":"c2ln","keyid":""}]"#, "[]", EvidenceReason.format),
        (#"[{"sig":"c2ln","keyid":""}]"#, #"[{"sig":"c2ln"},{"sig":"c2ln"}]"#, .format),
        ("application/vnd.in-toto+json", "application/vnd.in-toto+JSON", .format),
        (#""sig":"c2ln""#, #""sig":"c2l n""#, .base64),
        (#""payload":"aGVsbG8=""#, #""payload":"aGVsbG8==""#, .base64),
        (#""keyid":"""#, #""extra":"""#, .json),
        (#""payload":"aGVsbG8=","#, "", .json),
    ])
    func `another envelope is refused`(old: String, new: String, reason: EvidenceReason) throws {
        let json = try Self.good.replacingOnce(old, new)
        #expect(fault { () throws(EvidenceFault) in _ = try envelope(json) }?.reason == reason)
    }
}
