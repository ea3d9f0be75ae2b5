import CLibCrypto

/// The hashes that signatures, log entries and timestamps are made over.
///
/// FIPS 180-4. SHA-1 is left out on purpose: two texts with one hash can be had for it.
package enum HashAlgorithm: Hashable, Sendable, CaseIterable {
    case sha256, sha384, sha512

    /// The number of bytes in a hash.
    package var byteCount: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    package func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { hash, count in
            let done = bytes.withUnsafeBytes {
                EVP_Digest($0.baseAddress, $0.count, hash.baseAddress, nil, algorithm, nil)
            }
            guard done == 1 else { stop() }
            count = byteCount
        }
    }

    /// OpenSSL's name.
    var name: String {
        switch self {
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        }
    }

    /// OpenSSL's implementation.
    var algorithm: OpaquePointer {
        switch self {
        case .sha256: Self.fetched256
        case .sha384: Self.fetched384
        case .sha512: Self.fetched512
        }
    }

    // Fetched once, because a fetch costs more than hashing a small manifest. OpenSSL never changes a fetched
    // algorithm and counts its users atomically, so every thread may read these.
    nonisolated(unsafe) private static let fetched256 = fetch(.sha256)
    nonisolated(unsafe) private static let fetched384 = fetch(.sha384)
    nonisolated(unsafe) private static let fetched512 = fetch(.sha512)

    private static func fetch(_ hash: Self) -> OpaquePointer {
        guard let algorithm = EVP_MD_fetch(nil, hash.name, nil) else { hash.stop() }
        return algorithm
    }

    // A hash over memory fails only when memory is exhausted or OpenSSL was set up without it. No answer would be
    // right then: a digest that is not the bytes' own must never reach a comparison.
    func stop() -> Never {
        preconditionFailure("OpenSSL cannot compute \(name)")
    }
}
