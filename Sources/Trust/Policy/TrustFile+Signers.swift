import LibCrypto

extension TrustFile {
    /// Whose signatures on a bundle count.
    ///
    /// - Parameter read: the bytes of a file that this one names.
    package func signerPolicy(reading read: (String) throws -> [UInt8]) throws -> SignerPolicy {
        guard let bundleSigners else {
            throw TrustFileError.rule(
                .empty, document: name, at: "", text: "has no bundle-signers, so it accepts no bundle")
        }
        var keys: [PublicKey] = []
        for (number, signer) in bundleSigners.anyOf.enumerated() {
            let place = "/bundle-signers/any-of/\(number)"
            guard case .key(let name) = signer, let key = key(named: name) else {
                throw TrustFileError.rule(
                    .identity, document: self.name, at: place,
                    text: "is an identity; a bundle is signed by keys")
            }
            let bytes = try read(key.file)
            let readKey = try refusing(key) { () throws(KeyError) in try PublicKey(pem: bytes) }
            try requirePin(of: key, KeyID(of: readKey))
            keys.append(readKey)
        }
        return try SignerPolicy(
            keys: keys, threshold: bundleSigners.threshold, revoked: Set(bundleSigners.revoked))
    }

    private func refusing<Value>(_ key: Key, _ body: () throws(KeyError) -> Value) throws(TrustFileError)
        -> Value
    {
        do throws(KeyError) {
            return try body()
        } catch {
            throw .key(document: name, file: key.file, error)
        }
    }

    func requirePin(of key: Key, _ found: KeyID) throws(TrustFileError) {
        guard let pin = key.pin, pin != found else { return }
        throw .rule(
            .pin, document: name, at: "/keys/\(keys.firstIndex(of: key) ?? 0)",
            text: "\(key.file) holds the key \(found), expected \(pin)")
    }
}
