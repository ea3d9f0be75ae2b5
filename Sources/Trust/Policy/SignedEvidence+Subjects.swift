import LibCrypto

extension SignedEvidence {
    /// What the evidence's statement says that it is about, by SHA-256 in hex; nothing for what is no statement.
    ///
    /// Nobody has checked it: it only tells over what to verify the evidence.
    package var claimedSubjects: [String] {
        guard case .envelope(let envelope) = content else { return [] }
        do throws(EvidenceFault) {
            return try InTotoStatement(json: envelope.payload, name: name).subjects.compactMap {
                $0.digests["sha256"]
            }
        } catch {
            // A payload that is no statement is about nothing; verifying it says what is wrong.
            return []
        }
    }

    /// The SHA-256 in hex of what a signature without a statement says that it is of; as little checked.
    package var claimedDigest: String? {
        guard case .message(_, let claimed?) = content, claimed.algorithm == .sha256 else { return nil }
        return claimed.bytes.hex
    }

    /// The kind of statement that it claims to be.
    package var claimedPredicateType: String? {
        guard case .envelope(let envelope) = content else { return nil }
        do throws(EvidenceFault) {
            return try InTotoStatement(json: envelope.payload, name: name).predicateType
        } catch {
            return nil
        }
    }
}
