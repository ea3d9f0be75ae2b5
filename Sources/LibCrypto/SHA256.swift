import CLibCrypto

/// A running SHA-256, which bytes are fed to until it is finished.
///
/// It holds no bytes back and costs one small allocation, so it fits blobs of any size as well as short documents.
///
/// FIPS 180-4, section 6.2.
// Sendable: the context has no other owner, and a noncopyable value is in one place at a time, so moving it to
// another thread moves the only way to touch it.
package struct SHA256: ~Copyable, @unchecked Sendable {
    /// The number of bytes in a hash.
    package static let byteCount = 32

    private let context: OpaquePointer

    package init() {
        guard let context = EVP_MD_CTX_new() else { Self.stop() }
        self.context = context
        guard EVP_DigestInit_ex2(context, Self.algorithm, nil) == 1 else { Self.stop() }
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { Self.stop() }
    }

    package mutating func update(_ bytes: [UInt8]) {
        let done = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
        guard done == 1 else { Self.stop() }
    }

    package consuming func finish() -> [UInt8] {
        result()
    }

    // Borrows, so that the context outlives the call that reads it.
    private borrowing func result() -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: Self.byteCount)
        guard EVP_DigestFinal_ex(context, &hash, nil) == 1 else { Self.stop() }
        return hash
    }

    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { hash, count in
            let done = bytes.withUnsafeBytes {
                EVP_Digest($0.baseAddress, $0.count, hash.baseAddress, nil, algorithm, nil)
            }
            guard done == 1 else { stop() }
            count = byteCount
        }
    }

    // Fetched once, because a fetch costs more than hashing a small manifest. OpenSSL never changes a fetched
    // algorithm and counts its users atomically, so every thread may read this one.
    nonisolated(unsafe) private static let algorithm: OpaquePointer = {
        guard let algorithm = EVP_MD_fetch(nil, "SHA256", nil) else { stop() }
        return algorithm
    }()

    // SHA-256 over memory fails only when memory is exhausted or OpenSSL was set up without it. No answer would be
    // right then: a digest that is not the bytes' own must never reach a comparison.
    private static func stop() -> Never {
        preconditionFailure("OpenSSL cannot compute SHA-256")
    }
}
