package import LibCrypto
import StrictJSON

/// The JSON in a key file of cosign's.
///
/// secure-systems-lab/go-securesystemslib, encrypted/encrypted.go, "data".
enum CosignKey {
    private static let limits = JSONLimits(bytes: 131_072, values: 32, depth: 4)
    private static let expected = "the JSON of an encrypted cosign key"
    private static let cipher = "nacl/secretbox"

    static func sealedKey(json: [UInt8]) throws(KeyError) -> SealedKey {
        let cost: Int64
        let texts: (salt: String, nonce: String, box: String)
        do throws(JSONError) {
            let root = try StrictJSON.parseObject(json, name: "the key", limits: limits)
            try root.requireOnly(["kdf", "cipher", "ciphertext"])
            let (kdf, cipher) = (try root.member("kdf"), try root.member("cipher"))
            try kdf.requireOnly(["name", "params", "salt"])
            try cipher.requireOnly(["name", "nonce"])
            try kdf.member("name").require("scrypt")
            try cipher.member("name").require(Self.cipher)
            let parameters = try kdf.member("params")
            try parameters.requireOnly(["N", "r", "p"])
            try parameters.member("r").require(Int64(SealedKey.r))
            try parameters.member("p").require(Int64(SealedKey.p))
            cost = try parameters.member("N").integer()
            texts = try (
                kdf.member("salt").string(), cipher.member("nonce").string(),
                root.member("ciphertext").string(),
            )
        } catch {
            throw .malformed(expected: expected, found: error.description)
        }
        return try SealedKey(
            cost: Int(cost), salt: bytes(texts.salt), nonce: bytes(texts.nonce), box: bytes(texts.box))
    }

    private static func bytes(_ text: String) throws(KeyError) -> [UInt8] {
        do throws(Base64Error) {
            return try Base64.decode(text)
        } catch {
            throw .malformed(expected: expected, found: error.description)
        }
    }

    /// The members stand as Go writes them, and nothing in them needs escaping.
    static func json(_ key: SealedKey) -> [UInt8] {
        let kdf =
            #"{"name":"scrypt","params":{"N":\#(key.cost),"r":\#(SealedKey.r),"p":\#(SealedKey.p)},"#
            + #""salt":"\#(Base64.encode(key.salt))"}"#
        let cipher = #"{"name":"\#(cipher)","nonce":"\#(Base64.encode(key.nonce))"}"#
        let text = #"{"kdf":\#(kdf),"cipher":\#(cipher),"ciphertext":"\#(Base64.encode(key.box))"}"#
        return [UInt8](text.utf8)
    }
}

extension PrivateKey {
    /// Reads a file with one private key of any kind: PKCS#8 and its elders in PEM, or one that cosign encrypted.
    ///
    /// The pass phrase is asked for only when the key is encrypted, and wiped after use.
    package convenience init(file pem: [UInt8], passphrase: () throws(KeyError) -> [UInt8]) throws(KeyError) {
        if let json = try SealedKey.json(inPEM: pem) {
            try self.init(opening: CosignKey.sealedKey(json: json), passphrase: passphrase)
        } else {
            try self.init(pem: pem, passphrase: passphrase)
        }
    }

    /// The key as a file that cosign signs with. The pass phrase may be empty, which protects nothing.
    ///
    /// - Parameter isOld: whether cosign before version 2 is to read it.
    package func cosignFile(
        encryptedWith passphrase: [UInt8], isOld: Bool = false,
    ) throws(KeyError) -> [UInt8] {
        SealedKey.pem(json: CosignKey.json(try sealed(with: passphrase)), isOld: isOld)
    }
}

extension JSONNode {
    fileprivate func requireOnly(_ names: [String]) throws(JSONError) {
        for member in try members() where !names.contains(where: { $0.hasBytes(of: member.name) }) {
            throw member.node.shape(
                expected: "one of \(names.joined(separator: ", "))", found: "another member")
        }
    }

    fileprivate func require(_ text: String) throws(JSONError) {
        guard Array(try string().utf8) == Array(text.utf8) else {
            throw shape(expected: text, found: "another text")
        }
    }

    fileprivate func require(_ number: Int64) throws(JSONError) {
        let found = try integer()
        guard found == number else { throw shape(expected: "\(number)", found: "\(found)") }
    }
}
