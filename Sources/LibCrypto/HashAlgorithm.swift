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
            // As for SHA-256: a hash that is not the bytes' own must never reach a comparison.
            guard done == 1 else { preconditionFailure("OpenSSL cannot compute \(name)") }
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

    /// OpenSSL's own table entry, which is never freed.
    var algorithm: OpaquePointer {
        switch self {
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}
