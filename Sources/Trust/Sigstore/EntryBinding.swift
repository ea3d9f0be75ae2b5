import LibCrypto
import StrictJSON

/// The check that a log entry is the record of this very signature, by this certificate or key, over this digest.
///
/// Without it any entry of the log would vouch for any signature.
enum EntryBinding {
    static func check(
        _ entry: LogEntry, of evidence: SignedEvidence, _ signed: SignedMessage
    ) throws(EvidenceFault) {
        let kind: EntryKind
        if let announced = entry.kind { kind = announced } else { kind = try EntryBody(entry.body).kind }
        switch evidence.content {
        case .message, .simpleSigning:
            if kind.isSame(as: .hashedRekord) { return try checkHashedRekord(entry.body, signed) }
            if kind.isSame(as: .hashedRekordV2) { return try checkHashedRekordV2(entry.body, signed) }
        case .envelope(let envelope):
            if kind.isSame(as: .hashedRekordV2) { return try checkHashedRekordV2(entry.body, signed) }
            let body = try EntryBody(entry.body)
            guard body.kind.isSame(as: kind) else {
                throw EntryBody.fault("expected the record \(kind) that is announced, found \(body.kind)")
            }
            if kind.isSame(as: .dsse) {
                return try body.checkDSSE(envelope, evidence.envelopeBytes, signed)
            }
            if kind.isSame(as: .intoto) {
                return try body.checkIntoto(envelope, evidence.envelopeBytes, signed)
            }
        }
        throw EntryBody.fault("expected a record of this kind of signature, found \(kind)")
    }

    private static func checkHashedRekord(_ body: [UInt8], _ signed: SignedMessage) throws(EvidenceFault) {
        func canonical(_ pem: [UInt8]) -> [[UInt8]] {
            signed.digests.map {
                CanonicalBody.hashedRekord(digest: $0, signature: signed.signature, pem: pem)
            }
        }
        if canonical(signed.verifier.pem).contains(body) { return }
        // A signer may have sent its certificate in other lines, which the log then keeps.
        let pem = try EntryBody(body).hashedRekordPEM()
        guard signed.verifier.isHeld(byPEM: pem), canonical(pem).contains(body) else {
            throw EntryBody.other(body, than: signed)
        }
    }

    private static func checkHashedRekordV2(_ body: [UInt8], _ signed: SignedMessage) throws(EvidenceFault) {
        let bodies = signed.digests.map {
            CanonicalBody.hashedRekordV2(digest: $0, signature: signed.signature, verifier: signed.verifier)
        }
        guard bodies.contains(body) else { throw EntryBody.other(body, than: signed) }
    }
}
