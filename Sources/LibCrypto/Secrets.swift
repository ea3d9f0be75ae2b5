import CLibCrypto

extension [UInt8] {
    /// Overwrites a secret that is no longer needed.
    ///
    /// It reaches this array's own memory. A copy that shares the memory keeps the secret, so whoever holds one does
    /// not pass it around by value.
    package mutating func wipe() {
        withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
        removeAll()
    }
}
