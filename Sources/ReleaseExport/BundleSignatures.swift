import BundleFormat
package import LibCrypto
package import Trust

/// Whose signatures a bundle gets: first those that were made elsewhere, then one by each key that is here.
package struct BundleSignatures: Sendable {
    private let given: [AcceptedSignature]
    private let keys: [PrivateKey]

    /// - Parameter given: found good over the statement that the bundle is to have.
    package init(given: [AcceptedSignature] = [], keys: [PrivateKey]) {
        self.given = given
        self.keys = keys
    }

    package var signers: [BundleSigner] {
        given.map(\.signer) + keys.map { BundleSigner(KeyID(of: $0.publicKey)) }
    }

    func over(_ statement: [UInt8]) throws -> [[UInt8]] {
        try given.map(\.json) + keys.map { try SigstoreBundle(signing: statement, with: $0).json }
    }

    /// Whether these are an earlier run's: the same files, and after them one by each key, in the same order.
    func were(_ signatures: [[UInt8]], over statement: [UInt8]) -> Bool {
        guard signatures.count == given.count + keys.count,
            signatures.prefix(given.count).elementsEqual(given.map(\.json))
        else { return false }
        return zip(signatures.dropFirst(given.count), keys).allSatisfy { bytes, key in
            guard let policy = try? SignerPolicy(keys: [key.publicKey]) else { return false }
            return (try? policy.verify(statement, signatures: [SignatureFile(name: "earlier", bytes: bytes)]))
                != nil
        }
    }
}
