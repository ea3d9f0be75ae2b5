import LibCrypto

/// The count of a message's signatures under a policy, and what is to be said if it is too low.
struct SignatureTally {
    private let policy: SignerPolicy
    private let ids: [KeyID]
    private let message: [UInt8]
    private let digest: [UInt8]

    private var signed: Set<KeyID> = []
    private var identities: IdentityTally
    /// The hints of signatures that fit no pinned key and name none.
    private var strangers: [KeyHint] = []
    private var firstBad: TrustError?
    private var firstFault: TrustError?

    init(policy: SignerPolicy, message: [UInt8]) {
        self.policy = policy
        self.message = message
        ids = policy.keys.map { KeyID(of: $0) }
        digest = SHA256.hash(message)
        identities = IdentityTally(policy: policy, message: message)
    }

    /// The distinct keys that count, in the order of the policy, and then the identities.
    var signers: [BundleSigner] {
        ids.filter { signed.contains($0) && !policy.revoked.contains($0) }.map { BundleSigner($0) }
            + identities.signers
    }

    mutating func add(_ file: SignatureFile) {
        if identities.add(file) { return }
        let bundle: SigstoreBundle
        do throws(TrustError) {
            bundle = try SigstoreBundle(json: file.bytes, name: file.name)
        } catch {
            firstFault = firstFault ?? error
            return
        }
        let signer = zip(policy.keys, ids).first { key, _ in
            key.isValid(signature: bundle.signature, over: message)
        }?.1
        let speaksOfMessage = bundle.messageDigest.map { $0 == digest } ?? true
        if let signer, speaksOfMessage {
            signed.insert(signer)
        } else if let key = signer ?? ids.first(where: { $0 == bundle.hint.id }) {
            let fault: TrustError.BadSignature = speaksOfMessage ? .doesNotVerify : .digestOfOtherBytes
            firstBad = firstBad ?? .badSignature(name: file.name, key: key, fault)
        } else {
            strangers.append(bundle.hint)
        }
    }

    /// Why the threshold is not met: what was proved comes first, then what a pinned key's name stands on, then
    /// what the files say of themselves, and an unreadable file only where nothing else explains the refusal.
    var refusal: TrustError {
        let signers = signers
        let revoked = ids.filter { signed.contains($0) && policy.revoked.contains($0) }
        if !revoked.isEmpty, signers.count + revoked.count >= policy.threshold {
            return .revoked(signers: signers, revoked: revoked, threshold: policy.threshold)
        }
        if !signers.isEmpty || !signed.isEmpty {
            return .belowThreshold(signers: signers, revoked: revoked, threshold: policy.threshold)
        }
        if let firstBad { return firstBad }
        if let fault = identities.firstFault { return .identity(fault) }
        if strangers.isEmpty, let firstFault { return firstFault }
        return .noPinnedKey(found: strangers.map(\.description), accepted: ids)
    }
}
