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
        var identities: [IdentityPin] = []
        for signer in bundleSigners.anyOf {
            guard case .key(let name) = signer, let key = key(named: name) else {
                if case .identity(let pin) = signer { identities.append(pin) }
                continue
            }
            let bytes = try read(key.file)
            let readKey = try refusing(key) { () throws(KeyError) in try PublicKey(pem: bytes) }
            try requirePin(of: key, KeyID(of: readKey))
            keys.append(readKey)
        }
        let roots = identities.isEmpty ? [] : try requiredRoots(reading: read)
        return try SignerPolicy(
            keys: keys, identities: identities, roots: roots, threshold: bundleSigners.threshold,
            revoked: Set(bundleSigners.revoked))
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
