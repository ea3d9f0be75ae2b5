import LibCrypto

/// A signature that somebody made elsewhere, found good over a message, as it goes into a bundle.
///
/// The only way to own one is to have verified it. A Sigstore bundle stays as it is, to the byte, since what proves a
/// certificate is in it; a bare signature is put into one with the key that made it.
package struct AcceptedSignature: Sendable {
    package let json: [UInt8]
    package let signer: BundleSigner

    /// - Parameters:
    ///   - file: a Sigstore bundle, or a signature by itself, in base64 or not.
    ///   - policy: who may have made it; how many have to sign is not asked here.
    package init(_ file: SignatureFile, over message: [UInt8], by policy: SignerPolicy) throws(TrustError) {
        let bare = SignedEvidence.decodedOrRaw(file.bytes)
        let wrapped = policy.keys.lazy.compactMap { SigstoreBundle(bare, of: $0, over: message) }.first
        json = wrapped?.json ?? file.bytes
        guard wrapped != nil || file.bytes.first(where: { !$0.isSpace }) == UInt8(ascii: "{") else {
            throw .bareSignature(name: file.name, accepted: policy.keys.map { KeyID(of: $0) })
        }
        try Self.requireBundle(json, file.name)
        let one = SignatureFile(name: file.name, bytes: json)
        let signers = try policy.withThreshold(1).verify(message, signatures: [one]).signers
        guard let signer = signers.first else { throw .noSignatures }
        self.signer = signer
    }

    /// Tells the one other form in which signatures come by itself: the general word for it would not help.
    private static func requireBundle(_ json: [UInt8], _ name: String) throws(TrustError) {
        guard let evidence = try? SignedEvidence(json: json, name: name), evidence.format == .blobBundle
        else { return }
        let member = "base64Signature, the bundle format of cosign 2; sign with cosign 3"
        throw .signatureFile(name: name, .unsupported(member: member))
    }
}

extension UInt8 {
    fileprivate var isSpace: Bool { [0x09, 0x0a, 0x0d, 0x20].contains(self) }
}
