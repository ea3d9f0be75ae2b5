import CLibCrypto

/// A running hash of any algorithm, which bytes are fed to until it is finished.
///
/// FIPS 180-4.
// Sendable: the context has no other owner, and a noncopyable value is in one place at a time, so moving it to
// another thread moves the only way to touch it.
package struct RunningHash: ~Copyable, @unchecked Sendable {
    private let algorithm: HashAlgorithm
    private let context: OpaquePointer

    package init(_ algorithm: HashAlgorithm) {
        self.algorithm = algorithm
        guard let context = EVP_MD_CTX_new() else { algorithm.stop() }
        self.context = context
        guard EVP_DigestInit_ex2(context, algorithm.algorithm, nil) == 1 else { algorithm.stop() }
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { algorithm.stop() }
    }

    package consuming func finish() -> [UInt8] { result() }

    // Borrows, so that the context outlives the call that reads it.
    private borrowing func result() -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: algorithm.byteCount)
        guard EVP_DigestFinal_ex(context, &hash, nil) == 1 else { algorithm.stop() }
        return hash
    }
}
