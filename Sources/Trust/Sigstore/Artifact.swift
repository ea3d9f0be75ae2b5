package import LibCrypto

/// What a signature is to speak of: bytes, or the digests they have.
package struct Artifact: Hashable, Sendable {
    /// The bytes themselves, where they are at hand; a pure Ed25519 signature can be checked over nothing less.
    package let bytes: [UInt8]?
    private let digests: [HashAlgorithm: [UInt8]]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
        digests = [:]
    }

    /// Digests that the caller has computed of one and the same content.
    package init(digests: [HashAlgorithm: [UInt8]]) {
        bytes = nil
        self.digests = digests
    }

    package init(sha256: [UInt8]) {
        self.init(digests: [.sha256: sha256])
    }

    package func digest(_ algorithm: HashAlgorithm) -> [UInt8]? {
        if let bytes { return algorithm.hash(bytes) }
        return digests[algorithm]
    }
}
