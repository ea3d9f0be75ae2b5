import LibCrypto

/// Bytes that enough of the pinned signers have signed.
///
/// The only way to own one is `SignerPolicy.verify`, so whoever parses these bytes cannot have forgotten the check.
package struct VerifiedBytes: Sendable {
    package let bytes: [UInt8]
    /// The distinct signers that count, in the order of the policy.
    package let signers: [BundleSigner]

    fileprivate init(bytes: [UInt8], signers: [BundleSigner]) {
        self.bytes = bytes
        self.signers = signers
    }
}

/// A signature file as it was found.
package struct SignatureFile: Hashable, Sendable {
    /// What errors call it.
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

extension SignerPolicy {
    /// More files than this are refused before one is read.
    package static let signatureLimit = 16

    /// Believes the message if signatures of enough distinct pinned keys stand over its bytes.
    ///
    /// Every pinned key is tried on every signature, because the hint in a file is anyone's word. Signatures that
    /// count for nothing neither help nor hurt while the threshold is met, so appending rubbish denies nobody a
    /// bundle. The message itself is not looked into.
    package func verify(
        _ message: [UInt8], signatures: [SignatureFile]
    ) throws(TrustError) -> VerifiedBytes {
        guard !signatures.isEmpty else { throw .noSignatures }
        guard signatures.count <= Self.signatureLimit else {
            throw .tooManySignatures(found: signatures.count, limit: Self.signatureLimit)
        }
        var tally = SignatureTally(policy: self, message: message)
        for file in signatures { tally.add(file) }
        let signers = tally.signers
        guard signers.count >= threshold else { throw tally.refusal }
        return VerifiedBytes(bytes: message, signers: signers)
    }
}
