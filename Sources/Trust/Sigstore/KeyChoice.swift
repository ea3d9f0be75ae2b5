import LibCrypto

/// Which of the trusted keys a signature without a certificate may be of.
///
/// What the evidence says of its key only narrows the choice. A key that it brings along is compared with those that
/// are trusted and never becomes one of them.
enum KeyChoice {
    /// - Parameter isAskedForOthers: whether certificates are asked for, so that a key is somebody else's.
    static func candidates(
        for evidence: SignedEvidence, of keys: [TrustedKey], isAskedForOthers: Bool
    ) throws(EvidenceFault) -> [TrustedKey] {
        guard !keys.isEmpty else { throw none(evidence, isAskedForOthers: isAskedForOthers) }
        switch evidence.signer {
        case .hintedKey(let text):
            let hint = KeyHint(text)
            guard let id = hint.id else { return keys }
            return try chosen(keys.filter { $0.id == id }, of: keys, found: hint.description, evidence)
        case .enclosedKey(let key):
            return try chosen(
                keys.filter { $0.key == key }, of: keys, found: KeyID(of: key).description, evidence)
        case .unnamed, .certificate:
            return keys
        }
    }

    private static func chosen(
        _ chosen: [TrustedKey], of keys: [TrustedKey], found: String, _ evidence: SignedEvidence
    ) throws(EvidenceFault) -> [TrustedKey] {
        guard chosen.isEmpty else { return chosen }
        let expected = keys.map { "\"\($0.name)\" \($0.id)" }.joined(separator: " or ")
        throw EvidenceFault(
            .key, "\(evidence.name): expected a signature of the key \(expected), found one of \(found)")
    }

    /// The fault where there is no key to verify with.
    private static func none(_ evidence: SignedEvidence, isAskedForOthers: Bool) -> EvidenceFault {
        switch evidence.signer {
        case .hintedKey, .enclosedKey:
            EvidenceFault(
                .key,
                "\(evidence.name): is signed with a key, "
                    + (isAskedForOthers ? "expected a certificate" : "and no key is given to verify it with"),
                state: isAskedForOthers ? .invalid : .unverifiableOffline)
        case .unnamed, .certificate:
            EvidenceFault(
                .certificate, "\(evidence.name): has no certificate, and no key is given to verify it with",
                state: .unverifiableOffline)
        }
    }
}
