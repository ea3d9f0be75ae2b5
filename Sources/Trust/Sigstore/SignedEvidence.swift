package import LibCrypto

/// A signature with all that came along to prove it, in one form whatever the file was.
///
/// To own one is to have read it, not to believe it.
package struct SignedEvidence: Sendable {
    /// How the evidence was written down.
    package enum Format: String, Hashable, Sendable {
        case bundleV01 = "sigstore-bundle-v0.1"
        case bundleV02 = "sigstore-bundle-v0.2"
        case bundleV03 = "sigstore-bundle-v0.3"
        case imageSignature = "cosign-image-signature"
        case attestation = "cosign-attestation"
        case blobBundle = "cosign-blob-bundle"
        case detached = "detached-signature"
    }

    /// What is signed, and the signature.
    package enum Content: Hashable, Sendable {
        /// The artifact itself.
        case message(signature: [UInt8], digest: ClaimedDigest?)
        /// A payload that names an image.
        case simpleSigning(payload: [UInt8], signature: [UInt8])
        /// A statement that names its subjects.
        case envelope(DSSEEnvelope)
    }

    /// By what the evidence says its signature is to be verified.
    package enum Signer: Hashable, Sendable {
        case certificate(Certificate)
        /// A key that the verifying side has; the hint is anyone's word.
        case hintedKey(String)
        /// A key that came along. It is compared with the keys that are trusted and never becomes one.
        case enclosedKey(VerificationKey)
        case unnamed
    }

    /// A digest that the evidence gives for the artifact: compared, never used.
    package struct ClaimedDigest: Hashable, Sendable {
        package let algorithm: HashAlgorithm
        package let bytes: [UInt8]
    }

    /// What messages call the evidence.
    package let name: String
    package let format: Format
    package let content: Content
    package let signer: Signer
    let entries: [LogEntry]
    /// RFC 3161 responses in DER.
    let timestamps: [[UInt8]]
    /// The envelope as it was written, where the format keeps it.
    let envelopeBytes: [UInt8]?

    static let entryLimit = 32
    static let timestampLimit = 32

    init(
        name: String, format: Format, content: Content, signer: Signer, entries: [LogEntry] = [],
        timestamps: [[UInt8]] = [], envelopeBytes: [UInt8]? = nil
    ) throws(EvidenceFault) {
        self.name = name
        self.format = format
        self.content = content
        self.signer = signer
        self.entries = entries
        self.timestamps = timestamps
        self.envelopeBytes = envelopeBytes
        guard !signature.isEmpty else { throw EvidenceFault(.signature, "\(name): the signature is empty") }
    }

    package var signature: [UInt8] {
        switch content {
        case .message(let signature, _), .simpleSigning(_, let signature): signature
        case .envelope(let envelope): envelope.signature
        }
    }

    /// What an RFC 3161 timestamp speaks of: the signature, and for cosign's attestations the envelope as it lies there.
    var timestampedBytes: [UInt8] {
        envelopeBytes ?? signature
    }

    /// Whether a log's promise to include an entry will do; the later formats ask for the proof.
    var acceptsPromiseAlone: Bool {
        switch format {
        case .bundleV02, .bundleV03: false
        case .bundleV01, .imageSignature, .attestation, .blobBundle, .detached: true
        }
    }
}
