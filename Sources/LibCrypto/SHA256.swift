/// A running SHA-256, which bytes are fed to until it is finished.
///
/// It holds no bytes back and costs one small allocation, so it fits blobs of any size as well as short documents.
///
/// FIPS 180-4, section 6.2.
package struct SHA256: ~Copyable, Sendable {
    /// The number of bytes in a hash.
    package static let byteCount = HashAlgorithm.sha256.byteCount

    private var hash = RunningHash(.sha256)

    package init() {}

    package mutating func update(_ bytes: UnsafeRawBufferPointer) { hash.update(bytes) }

    package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { hash.update($0) } }

    package consuming func finish() -> [UInt8] { hash.finish() }

    package static func hash(_ bytes: [UInt8]) -> [UInt8] { HashAlgorithm.sha256.hash(bytes) }
}
