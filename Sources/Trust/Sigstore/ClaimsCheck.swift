/// The check that what is signed in the artifact's place names the artifact.
///
/// It reads the payload, so it is only asked once the signature over the same bytes is found good.
struct ClaimsCheck {
    let statement: InTotoStatement?
    let payload: SimpleSigningPayload?

    init(_ evidence: SignedEvidence, of artifact: Artifact, _ signed: SignedMessage) throws(EvidenceFault) {
        switch evidence.content {
        case .message:
            statement = nil
            payload = nil
        case .simpleSigning(let json, _):
            let payload = try SimpleSigningPayload(json: json, name: "\(evidence.name): the payload")
            try payload.requireImage(artifact)
            statement = nil
            self.payload = payload
        case .envelope(let envelope):
            let statement = try InTotoStatement(
                json: envelope.payload, name: "\(evidence.name): the statement")
            try statement.requireSubject(artifact)
            self.statement = statement
            payload = nil
        }
    }
}
