import LibCrypto

/// By what a signature was found good.
enum SignatureVerifier: Hashable, Sendable {
    case certificate(Certificate, VerificationKey)
    case key(VerificationKey)

    var key: VerificationKey {
        switch self {
        case .certificate(_, let key), .key(let key): key
        }
    }

    /// What a log keeps of it.
    var pem: [UInt8] {
        switch self {
        case .certificate(let certificate, _): certificate.pem
        case .key(let key): key.pem
        }
    }

    /// Whether a PEM file holds this certificate or key, in whatever lines.
    func isHeld(byPEM pem: [UInt8]) -> Bool {
        switch self {
        case .certificate(let certificate, _):
            do throws(CertificateError) {
                return try Certificate(pem: pem) == certificate
            } catch {
                return false
            }
        case .key(let key):
            do throws(KeyError) {
                return try VerificationKey(pem: pem) == key
            } catch {
                return false
            }
        }
    }
}

struct SignedDigest: Hashable, Sendable {
    let algorithm: HashAlgorithm
    let bytes: [UInt8]
}

/// A signature that fits: the only way to own one is to have checked it.
struct SignedMessage: Sendable {
    let signature: [UInt8]
    let verifier: SignatureVerifier
    /// What was signed. A signature over the message itself, as Ed25519 makes it, stands for every digest of it.
    let digests: [SignedDigest]

    /// Checks the signature over the content of the evidence.
    init(
        _ evidence: SignedEvidence, over artifact: Artifact, by verifier: SignatureVerifier
    ) throws(EvidenceFault) {
        let message =
            switch evidence.content {
            case .message: artifact
            case .simpleSigning(let payload, _): Artifact(bytes: payload)
            case .envelope(let envelope): Artifact(bytes: envelope.signedBytes)
            }
        signature = evidence.signature
        self.verifier = verifier
        digests = try Self.digests(of: message, signed: signature, by: verifier.key, evidence.name)
    }

    private static func digests(
        of message: Artifact, signed signature: [UInt8], by key: VerificationKey, _ name: String
    ) throws(EvidenceFault) -> [SignedDigest] {
        if key.needsMessage {
            guard let bytes = message.bytes else {
                throw unknown("the bytes, of which only a digest is known", key, name)
            }
            guard key.isValid(signature: signature, over: bytes) else { throw bad(key, name) }
            return HashAlgorithm.allCases.map { SignedDigest(algorithm: $0, bytes: $0.hash(bytes)) }
        }
        // Each key size has its hash, but cosign signs with SHA-256 whatever the key, unless told otherwise.
        var unknownHash: HashAlgorithm?
        for hash in [key.hash ?? .sha256, .sha256] {
            guard let digest = message.digest(hash) else {
                unknownHash = unknownHash ?? hash
                continue
            }
            if key.isValid(signature: signature, digest: digest, hash: hash) {
                return [SignedDigest(algorithm: hash, bytes: digest)]
            }
        }
        if let unknownHash { throw unknown("\(unknownHash.inTotoName), which is not known", key, name) }
        throw bad(key, name)
    }

    private static func bad(_ key: VerificationKey, _ name: String) -> EvidenceFault {
        EvidenceFault(
            .signature, "\(name): the signature of this \(key.algorithm) key does not fit the content")
    }

    private static func unknown(_ what: String, _ key: VerificationKey, _ name: String) -> EvidenceFault {
        EvidenceFault(
            .signature, "\(name): a signature of this \(key.algorithm) key needs \(what)",
            state: .unverifiableOffline)
    }
}
