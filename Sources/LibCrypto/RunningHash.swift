import CLibCrypto

/// A running hash of any algorithm, which bytes are fed to until it is finished.
///
/// FIPS 180-4.
// Sendable: the context has no other owner, and a noncopyable value is in one place at a time.
package struct RunningHash: ~Copyable, @unchecked Sendable {
    private let algorithm: HashAlgorithm
    private let context: OpaquePointer

    package init(_ algorithm: HashAlgorithm) {
        self.algorithm = algorithm
        guard let context = EVP_MD_CTX_new() else { Self.stop() }
        self.context = context
        guard EVP_DigestInit_ex2(context, algorithm.algorithm, nil) == 1 else { Self.stop() }
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { Self.stop() }
    }

    package consuming func finish() -> [UInt8] { result() }

    // Borrows, so that the context outlives the call that reads it.
    private borrowing func result() -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: algorithm.byteCount)
        guard EVP_DigestFinal_ex(context, &hash, nil) == 1 else { Self.stop() }
        return hash
    }

    // As for SHA-256: a hash that is not the bytes' own must never reach a comparison.
    private static func stop() -> Never {
        preconditionFailure("OpenSSL cannot compute a hash")
    }
}
