/// Which of the pinned identities have signed a message.
///
/// An identity counts once however often it signed, and stands for one pin at most, though it may fit several.
struct IdentityTally {
    private let policy: SignerPolicy
    private let trust: VendorTrust
    private let artifact: Artifact
    /// The pins that each identity fits, by their place in the policy.
    private var fitting: [(signer: BundleSigner, pins: [Int])] = []
    private(set) var firstFault: EvidenceFault?

    init(policy: SignerPolicy, message: [UInt8]) {
        self.policy = policy
        trust = VendorTrust(roots: policy.roots, keys: [], policies: [])
        artifact = Artifact(bytes: message)
    }

    /// Whether the file is one by a certificate, good or bad. One of another form than a bundle has, a statement about
    /// the message say, is none.
    mutating func add(_ file: SignatureFile) -> Bool {
        guard !policy.identities.isEmpty else { return false }
        do throws(EvidenceFault) {
            let evidence = try SignedEvidence(bundle: file.bytes, name: file.name)
            guard case .certificate = evidence.signer, case .message = evidence.content,
                evidence.format == .bundleV03
            else { return false }
            try add(evidence)
            return true
        } catch {
            firstFault = firstFault ?? error
            return error.reason != .json && error.reason != .format
        }
    }

    private mutating func add(_ evidence: SignedEvidence) throws(EvidenceFault) {
        var pins: [Int] = []
        var signer: BundleSigner?
        var fault: EvidenceFault?
        for (number, pin) in policy.identities.enumerated() {
            switch try trust.judge(evidence, over: artifact, by: [.identity(pin)], for: .none) {
            case .accepted(let verified):
                guard case .identity(let identity, _) = verified.signer else { continue }
                signer = BundleSigner(identity)
                pins.append(number)
            case .stranger(_, let found):
                fault = fault ?? found
            }
        }
        guard let signer else {
            throw fault ?? EvidenceFault(.identity, "\(evidence.name): fits no identity")
        }
        if !fitting.contains(where: { $0.signer == signer }) { fitting.append((signer, pins)) }
    }

    /// As many identities as can stand for different pins.
    var signers: [BundleSigner] {
        var holder: [Int: Int] = [:]
        for candidate in fitting.indices {
            var tried: Set<Int> = []
            _ = place(candidate, &holder, &tried)
        }
        return holder.values.sorted().map { fitting[$0].signer }
    }

    /// Finds a pin for a candidate, moving others where they fit elsewhere too.
    private func place(_ candidate: Int, _ holder: inout [Int: Int], _ tried: inout Set<Int>) -> Bool {
        for pin in fitting[candidate].pins where tried.insert(pin).inserted {
            if let other = holder[pin] {
                guard place(other, &holder, &tried) else { continue }
            }
            holder[pin] = candidate
            return true
        }
        return false
    }
}
