/// The check that the digest which evidence claims for its artifact is the artifact's own.
///
/// The claim decides nothing, since the signature is checked over the artifact; it tells an operator that the files
/// were mixed up before a signature is called bad.
enum DigestCheck {
    static func check(_ evidence: SignedEvidence, of artifact: Artifact) throws(EvidenceFault) {
        guard case .message(_, let claimed?) = evidence.content,
            let digest = artifact.digest(claimed.algorithm)
        else { return }
        guard claimed.bytes == digest else {
            throw EvidenceFault(
                .digest,
                "\(evidence.name): is of content with \(claimed.algorithm.inTotoName):"
                    + "\(claimed.bytes.hex), expected \(claimed.algorithm.inTotoName):\(digest.hex)")
        }
    }
}
