package import LibCrypto
import StrictJSON

/// A transparency log or certificate transparency log of a trusted root: its key, and when the key is to be believed.
package struct TrustedLog: Hashable, Sendable {
    package let baseURL: String
    /// The name under which the log is found, compared as a whole and never computed here.
    package let id: [UInt8]
    package let key: VerificationKey
    package let window: ValidityWindow
    /// Who runs the log, where the root says so; logs of one operator count as one.
    package let op: String?

    /// Reads a log; `nil` where its key is of an algorithm that is not supported, so that one log of another kind
    /// does not cost the whole root.
    init?(_ node: EvidenceNode) throws(EvidenceFault) {
        try node.allow(["baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator"])
        baseURL = try node.optional("baseUrl").map { node throws(EvidenceFault) in try node.string() } ?? ""
        op = try node.optional("operator").map { node throws(EvidenceFault) in try node.string() }
        let log = try node.member("logId")
        try log.allow(["keyId"])
        id = try log.member("keyId").bytes()
        let key = try node.member("publicKey")
        try key.allow(["rawBytes", "keyDetails", "validFor"])
        window = try ValidityWindow(key.member("validFor"))
        let bytes = try key.member("rawBytes").bytes()
        let isPKCS1 = try key.optional("keyDetails").map(Self.isPKCS1) ?? false
        do throws(KeyError) {
            self.key = isPKCS1 ? try VerificationKey(pkcs1: bytes) : try VerificationKey(spki: bytes)
        } catch {
            return nil
        }
    }

    // An enum is written by name or by number: sigstore_common.proto, "PublicKeyDetails".
    private static func isPKCS1(_ node: EvidenceNode) -> Bool {
        [.string("PKCS1_RSA_PKCS1V5"), .integer(1), .string("PKCS1_RSA_PSS"), .integer(2)].contains(
            node.value)
    }

    /// What thresholds count: the operator where it is told, the log otherwise.
    var counted: [UInt8] {
        op.map { [UInt8]($0.utf8) } ?? id
    }

    /// The log's name in a checkpoint of the second generation: its address without the scheme.
    var host: String {
        var name = Substring(baseURL)
        for scheme in ["https://", "http://"] where name.hasPrefix(scheme) {
            name = name.dropFirst(scheme.count)
        }
        if name.hasSuffix("/") { name = name.dropLast() }
        return String(name)
    }

    /// What messages call the log.
    package var name: String {
        baseURL.isEmpty ? id.hex : host
    }

    /// The four bytes by which the log's signature lines are known.
    ///
    /// C2SP signed-note, "Signature types", for Ed25519; the others as Rekor's notes have them
    /// (sigstore/rekor, pkg/util/signed_note.go).
    func noteKeyID(name: String) -> [UInt8] {
        let hash: [UInt8]
        switch key.algorithm {
        case .ed25519:
            hash = SHA256.hash([UInt8](name.utf8) + [0x0a, 0x01] + (key.rawEd25519 ?? []))
        case .rsa:
            hash = SHA256.hash(
                [UInt8](name.utf8) + [0x0a, 0xff] + [UInt8]("PKIX-RSA-PKCS#1v1.5".utf8) + key.spki)
        case .ecdsaP256, .ecdsaP384, .ecdsaP521:
            hash = key.id
        }
        return Array(hash.prefix(4))
    }
}
