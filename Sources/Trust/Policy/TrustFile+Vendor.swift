import LibCrypto

extension TrustFile {
    /// What the document asks of the vendor, with its keys and roots read and compared with their pins.
    ///
    /// - Parameter read: the bytes of a file that this one names.
    package func vendorTrust(reading read: (String) throws -> [UInt8]) throws -> VendorTrust {
        let loaded = try requiredRoots(reading: read)
        var keys: [TrustedKey] = []
        for key in self.keys {
            let trusted = try trusted(key, bytes: try read(key.file))
            if let other = keys.first(where: { $0.key == trusted.key }) {
                throw TrustFileError.rule(
                    .duplicateKey, document: name, at: "/keys",
                    text: "\(other.name) and \(key.name) are one key, \(trusted.id)")
            }
            keys.append(trusted)
        }
        return VendorTrust(
            roots: loaded, keys: keys, policies: policies, waivers: waivers,
            onExpiredException: onExpiredException)
    }

    func requiredRoots(reading read: (String) throws -> [UInt8]) throws -> [RequiredRoot] {
        var loaded: [RequiredRoot] = []
        for (number, root) in roots.enumerated() {
            loaded += try required(root, bytes: try read(root.file), at: "/roots/\(number)")
        }
        return loaded
    }

    private func required(
        _ root: Root, bytes: [UInt8], at pointer: String
    ) throws(TrustFileError) -> [RequiredRoot] {
        let digest = SHA256.hash(bytes)
        if let pin = root.pin, pin != digest {
            let (found, expected) = (KeyID(bytes: digest), KeyID(bytes: pin))
            throw .rule(
                .pin, document: name, at: pointer,
                text: "\(root.file) has \(found?.description ?? "another hash"), expected "
                    + (expected?.description ?? "another"))
        }
        do throws(EvidenceFault) {
            let instances = try TrustedRoot.read(bytes, name: root.file)
            return try instances.map { instance throws(EvidenceFault) in
                let asked = root.require.filled(for: instance, isAlone: instances.count == 1)
                return RequiredRoot(
                    name: root.name, root: instance,
                    requires: try RequiredChecks(
                        for: instance, tlog: asked.logEntries, sct: asked.certificateTimestamps,
                        time: asked.times))
            }
        } catch {
            throw .rule(.root, document: name, at: pointer, text: error.text)
        }
    }

    private func trusted(_ key: Key, bytes: [UInt8]) throws(TrustFileError) -> TrustedKey {
        let found: VerificationKey
        do throws(KeyError) {
            found = try VerificationKey(pem: bytes)
        } catch {
            throw .key(document: name, file: key.file, error)
        }
        try requirePin(of: key, KeyID(of: found))
        return TrustedKey(
            name: key.name, key: found, validFrom: key.validFrom, validTo: key.validTo,
            tlog: key.needsLogEntry ? .required : .optional)
    }
}

extension TrustFile.Requirement {
    /// What is asked of one instance of a file. Of several, some have no logs, and the nought that these need is not said
    /// of those that have.
    fileprivate func filled(for root: TrustedRoot, isAlone: Bool) -> TrustFile.Requirement {
        func said(_ count: Int?, of logs: [TrustedLog]) -> Int? {
            count == 0 && !isAlone && !logs.isEmpty ? nil : count
        }
        return TrustFile.Requirement(
            logEntries: said(logEntries, of: root.logs),
            certificateTimestamps: said(certificateTimestamps, of: root.ctLogs), times: times)
    }
}
